import { onScopeDispose } from 'vue'

/**
 * Keys that release the shutter beside the button: volume and camera keys of phones, and Enter, which a
 * scan key sends too. Names as the DOM and as Android's WebView give them.
 */
const KEYS = new Set([
  'AudioVolumeUp',
  'AudioVolumeDown',
  'VolumeUp',
  'VolumeDown',
  'Camera',
  'Enter',
])

/** Calls once for each press, for as long as the component lives. */
export function useShutterKeys(release: () => void): void {
  function onKey(event: KeyboardEvent): void {
    if (!KEYS.has(event.key)) return
    // Enter on a button is that button's.
    const isElsewhere = event.target instanceof HTMLButtonElement
    if (event.key === 'Enter' && isElsewhere) return
    event.preventDefault()
    if (!event.repeat) release()
  }

  document.addEventListener('keydown', onKey)
  onScopeDispose(() => document.removeEventListener('keydown', onKey))
}
