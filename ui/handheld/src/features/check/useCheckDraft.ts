import { onScopeDispose, ref, watch } from 'vue'
import type { PhotoDto } from '@linli/ui-shared'
import { useApi } from '../../api'

interface Stored {
  photos: PhotoDto[]
  isConditionMet: boolean
  note: string
}

/** What was already done of a check; kept in the engine until it is saved. */
export function useCheckDraft(caseId: string) {
  const api = useApi()
  const key = `check-${caseId}`
  const photos = ref<PhotoDto[]>([])
  const isConditionMet = ref(false)
  const note = ref('')
  const isLoaded = ref(false)

  async function load(): Promise<void> {
    const content = await api.loadDraft(key).catch(() => null)
    if (content !== null) {
      try {
        const stored = JSON.parse(content) as Partial<Stored>
        photos.value = stored.photos ?? []
        isConditionMet.value = stored.isConditionMet ?? false
        note.value = stored.note ?? ''
      } catch {
        // A draft of another version: the check begins anew.
      }
    }
    isLoaded.value = true
  }

  async function keep(): Promise<void> {
    if (!isLoaded.value) return
    const stored: Stored = {
      photos: photos.value,
      isConditionMet: isConditionMet.value,
      note: note.value,
    }
    const isEmpty = stored.photos.length === 0 && !stored.isConditionMet && stored.note === ''
    await (isEmpty ? api.deleteDraft(key) : api.saveDraft(key, JSON.stringify(stored)))
  }

  async function discard(): Promise<void> {
    isLoaded.value = false
    await api.deleteDraft(key)
  }

  watch([photos, isConditionMet], () => void keep())
  onScopeDispose(() => void keep())
  void load()
  return { photos, isConditionMet, note, isLoaded, discard }
}
