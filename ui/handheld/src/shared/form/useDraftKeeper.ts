import { onScopeDispose } from 'vue'
import { useApi } from '../../api'

/** Fingers that rest so long, in milliseconds, have paused. */
const QUIET = 400

/**
 * Keeps what is being written in the engine from the first key on, so that a call, a locked screen or a
 * dead battery lose nothing: at every pause, and when the screen is left.
 *
 * `content` is what to keep; null where that is nothing, or nothing yet to go by.
 */
export function useDraftKeeper(name: string, content: () => string | null | undefined) {
  const api = useApi()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isFinished = false
  /** What is asked of the engine now: one after the other, so that nothing old comes last. */
  let asked: Promise<void> | undefined

  function keep(): Promise<void> {
    clearTimeout(timer)
    const now = content()
    if (isFinished || now === undefined) return Promise.resolve()
    const ask = () => (now === null ? api.deleteDraft(name) : api.saveDraft(name, now))
    // What is too long to be kept stands on the screen with its reason; the last that fitted stays kept.
    const mine = (asked ? asked.then(ask) : ask()).catch(() => undefined)
    asked = mine
    void mine.then(() => {
      if (asked === mine) asked = undefined
    })
    return mine
  }

  /** Something was written. */
  function changed(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void keep(), QUIET)
  }

  /**
   * Saves for good. The engine forgets the draft in the same stroke; when the save fails, the draft stays
   * and is kept on.
   */
  async function finish<T>(save: (draft: string) => Promise<T>): Promise<T> {
    clearTimeout(timer)
    isFinished = true
    try {
      await asked
      return await save(name)
    } catch (error) {
      isFinished = false
      changed()
      throw error
    }
  }

  /** Begins anew after a finished one. */
  function begin(): void {
    isFinished = false
  }

  return { keep, changed, finish, begin }
}

export type Finish = ReturnType<typeof useDraftKeeper>['finish']

/** The same for one screen, which keeps what was written when it is left. */
export function useScreenDraft(name: string, content: () => string | null | undefined) {
  const keeper = useDraftKeeper(name, content)
  onScopeDispose(() => void keeper.keep())
  return keeper
}
