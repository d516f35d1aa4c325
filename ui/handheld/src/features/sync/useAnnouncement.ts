import { onScopeDispose, ref, watch, type Ref } from 'vue'

const PAUSE = 60_000

/** Follows a text for screen readers, at most once a minute; the newest wins. */
export function useAnnouncement(text: () => string): Ref<string> {
  const spoken = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let spokenAt = -Infinity

  function speak(): void {
    timer = undefined
    spokenAt = Date.now()
    spoken.value = text()
  }

  watch(
    text,
    () => {
      timer ??= setTimeout(speak, Math.max(0, spokenAt + PAUSE - Date.now()))
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return spoken
}
