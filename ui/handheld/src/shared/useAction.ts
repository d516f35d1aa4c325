import { ref, type Ref } from 'vue'
import { ApiError } from '../api'

export interface Action<A extends unknown[]> {
  isBusy: Ref<boolean>
  error: Ref<ApiError | undefined>
  /** Runs once; a second tap while it runs, or within 300 ms after, does nothing. */
  run: (...args: A) => Promise<boolean>
}

const DOUBLE_TAP = 300

/** A command behind a button: guarded against double taps, its failure kept for showing. */
export function useAction<A extends unknown[]>(
  command: (...args: A) => Promise<unknown>,
): Action<A> {
  const isBusy = ref(false)
  const error = ref<ApiError>()
  let doneAt = -Infinity

  async function run(...args: A): Promise<boolean> {
    if (isBusy.value || performance.now() - doneAt < DOUBLE_TAP) return false
    isBusy.value = true
    error.value = undefined
    try {
      await command(...args)
      doneAt = performance.now()
      return true
    } catch (thrown) {
      error.value = ApiError.from(thrown)
      return false
    } finally {
      isBusy.value = false
    }
  }

  return { isBusy, error, run }
}
