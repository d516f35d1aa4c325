import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { EmergencyCall } from '@linli/ui-shared'

/** What was saved a moment ago, and whom to call if it is dangerous. */
export interface Saved {
  caseId: string
  code: string
  at: number
  /** Not empty only for 危: the card then stays until it is closed. */
  calls: EmergencyCall[]
}

const STAYS = 10_000

/** The card that says "saved on this device" over the next screen. */
export const useSavedStore = defineStore('saved', () => {
  const saved = ref<Saved>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function show(what: Saved): void {
    clearTimeout(timer)
    saved.value = what
    if (what.calls.length === 0) timer = setTimeout(close, STAYS)
  }

  function close(): void {
    clearTimeout(timer)
    saved.value = undefined
  }

  return { saved, show, close }
})
