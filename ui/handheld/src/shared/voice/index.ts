import { inject, type App, type InjectionKey } from 'vue'
import type { MicSource } from './source'
import { userMic } from './userMic'

const key: InjectionKey<MicSource> = Symbol('microphone')

/** Gives all components another microphone than the browser's. */
export function provideMic(app: App, source: MicSource): void {
  app.provide(key, source)
}

/** The microphone. */
export function useMicSource(): MicSource {
  return inject(key, userMic)
}
