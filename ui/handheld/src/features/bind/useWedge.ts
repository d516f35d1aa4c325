import { onScopeDispose } from 'vue'

/** Keys of a scanner come closer together than any hand types, in milliseconds. */
const GAP = 60
/** A code is longer than what a hand may press in such a time. */
const SHORTEST = 8

/**
 * A scanner that acts as a keyboard types a code and then Enter, wherever the focus is. What is typed into a
 * field stays that field's; from anywhere else it is collected here, and its Enter presses no button.
 */
export function useWedge(read: (text: string) => void): void {
  let text = ''
  let last = -Infinity

  function onKey(event: KeyboardEvent): void {
    if (isField(event.target) || event.ctrlKey || event.altKey || event.metaKey) return
    if (event.timeStamp - last > GAP) text = ''
    last = event.timeStamp
    if (event.key === 'Enter') {
      if (text.length >= SHORTEST) {
        event.preventDefault()
        event.stopPropagation()
        read(text)
      }
      text = ''
    } else if (event.key.length === 1) {
      text += event.key
      // A space would press the button that has the focus.
      if (text.length > 1) event.preventDefault()
    }
  }

  // Before the button that has the focus hears of it.
  document.addEventListener('keydown', onKey, true)
  onScopeDispose(() => document.removeEventListener('keydown', onKey, true))
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
}
