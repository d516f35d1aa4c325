import { createPinia } from 'pinia'
import { createApp } from 'vue'
import '@linli/ui-shared/tokens.css'
import './styles/vant'
import './styles/base.css'
import { provideApi, type Api } from './api'
import App from './App.vue'
import { makeI18n } from './i18n'
import { makeRouter } from './router'
import { guardDoubleTaps } from './shared/doubleTap'

async function engine(): Promise<Api> {
  if (__FAKE_ENGINE__) return (await import('./api/fake')).fakeFromAddress(location.href)
  return (await import('./api/tauri')).tauriApi
}

async function start(): Promise<void> {
  const app = createApp(App)
  provideApi(app, await engine())
  guardDoubleTaps(document)
  app.use(createPinia()).use(makeI18n()).use(makeRouter()).mount('#app')
}

void start()
