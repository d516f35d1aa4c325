import { onScopeDispose, ref, watch } from 'vue'
import type { AccessPurpose } from '@linli/ui-shared'
import { useApi } from '../../api'
import { useAction } from '../../shared/useAction'

/** How long a number is shown: enough to dial it or to write it down. */
const SHOWN_FOR = 60_000

/** The numbers of a contact, shown for a purpose and hidden again by themselves. */
export function useReveal(contact: () => string) {
  const api = useApi()
  const shown = ref<string[]>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function hide(): void {
    clearTimeout(timer)
    shown.value = undefined
  }

  const action = useAction(async (purpose: AccessPurpose) => {
    const { phones } = await api.reveal({ contact: contact(), purpose, task: null })
    shown.value = phones
    clearTimeout(timer)
    timer = setTimeout(hide, SHOWN_FOR)
  })

  function onHidden(): void {
    if (document.hidden) hide()
  }

  watch(contact, hide)
  document.addEventListener('visibilitychange', onHidden)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onHidden)
    hide()
  })
  return { shown, hide, isBusy: action.isBusy, error: action.error, reveal: action.run }
}
