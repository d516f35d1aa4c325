import { inject, type App, type InjectionKey } from 'vue'
import type { Api } from './api'

export type { Api } from './api'
export { ApiError } from './error'

const key: InjectionKey<Api> = Symbol('api')

/** Gives all components the engine. */
export function provideApi(app: App, api: Api): void {
  app.provide(key, api)
}

/** The engine. Works in components and in Pinia stores. */
export function useApi(): Api {
  const api = inject(key)
  if (!api) throw new Error('no api was provided')
  return api
}
