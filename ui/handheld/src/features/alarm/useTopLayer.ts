import { onMounted, onScopeDispose, shallowRef, type ShallowRef } from 'vue'

/**
 * The sheet or camera that lies over everything now, if one does. Browsers draw an open modal dialog
 * above all other elements, and only what is inside it can be touched.
 */
export function useTopLayer(): { top: ShallowRef<HTMLElement | null>; look: () => void } {
  const top = shallowRef<HTMLElement | null>(null)
  let observer: MutationObserver | undefined

  function look(): void {
    const dialogs = [...document.querySelectorAll<HTMLElement>('dialog[open]')]
    top.value = dialogs.at(-1) ?? null
  }

  onMounted(() => {
    observer = new MutationObserver(look)
    const wanted = { attributes: true, attributeFilter: ['open'], childList: true, subtree: true }
    observer.observe(document.body, wanted)
    look()
  })
  onScopeDispose(() => observer?.disconnect())
  return { top, look }
}
