import { inject, type App, type InjectionKey } from 'vue'
import type { CameraSource } from './source'
import { userMediaCamera } from './userMedia'

const key: InjectionKey<CameraSource> = Symbol('camera')

/** Gives all components another camera than the browser's. */
export function provideCamera(app: App, source: CameraSource): void {
  app.provide(key, source)
}

/** The camera. Works in components and in Pinia stores. */
export function useCameraSource(): CameraSource {
  return inject(key, userMediaCamera)
}
