declare const __FAKE_ENGINE__: boolean
