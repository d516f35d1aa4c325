import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Noun } from '@linli/ui-shared'
import { ApiError, useApi } from '../api'
import { usePolling } from './usePolling'

/** Time alone makes a case overdue or not confirmed; so often, in milliseconds, cases are read anew. */
const MINUTE = 60_000

export interface Live<T> {
  /** What was read last; stays while newer data are on their way. */
  data: ShallowRef<T | undefined>
  error: Ref<ApiError | undefined>
  reload: () => Promise<void>
}

/**
 * Reads from the engine now and whenever one of the nouns changes. An answer that a newer question
 * has overtaken is dropped.
 */
export function useLive<T>(read: () => Promise<T>, nouns: readonly Noun[]): Live<T> {
  const data = shallowRef<T>()
  const error = ref<ApiError>()
  let asked = 0

  async function reload(): Promise<void> {
    asked += 1
    const mine = asked
    try {
      const answer = await read()
      if (mine !== asked) return
      data.value = answer
      error.value = undefined
    } catch (thrown) {
      if (mine === asked) error.value = ApiError.from(thrown)
    }
  }

  const stop = useApi().onChange((change) => {
    if (change.nouns.some((noun) => nouns.includes(noun))) void reload()
  })
  onScopeDispose(stop)
  if (nouns.includes('cases')) usePolling(reload, MINUTE)
  void reload()
  return { data, error, reload }
}
