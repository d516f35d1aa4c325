import { defineStore } from 'pinia'
import { ref } from 'vue'

/** What was done to the register a moment ago. */
export interface Kept {
  /** Key of the text that says what. */
  what: string
  at: number
}

const STAYS = 10_000

/** The line that says "saved on this device" after a save of the register. */
export const useKeptStore = defineStore('kept', () => {
  const kept = ref<Kept>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function show(what: string, at: number): void {
    clearTimeout(timer)
    kept.value = { what, at }
    timer = setTimeout(close, STAYS)
  }

  function close(): void {
    clearTimeout(timer)
    kept.value = undefined
  }

  return { kept, show, close }
})
