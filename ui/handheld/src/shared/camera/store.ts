import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useCameraSource } from '.'
import { CameraError, type CameraFailure, type RunningCamera } from './source'

/** Whether there is a camera that works. Known for as long as the program runs, until a person tries again. */
export const useCameraStore = defineStore('camera', () => {
  const source = useCameraSource()
  const failure = ref<CameraFailure>()
  let isLookedFor = false

  /** Looks once whether there is a camera, so that nobody is sent to one that is not there. */
  async function look(): Promise<void> {
    if (isLookedFor) return
    isLookedFor = true
    if (!(await source.isThere())) failure.value ??= 'missing'
  }

  /** Starts it. What goes wrong is kept in `failure` and thrown. */
  async function open(): Promise<RunningCamera> {
    try {
      const camera = await source.open()
      failure.value = undefined
      return camera
    } catch (thrown) {
      fail(CameraError.failureOf(thrown))
      throw thrown
    }
  }

  function fail(why: CameraFailure): void {
    failure.value = why
  }

  function forgive(): void {
    failure.value = undefined
  }

  return { failure, look, open, fail, forgive }
})
