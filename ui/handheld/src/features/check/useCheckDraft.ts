import { onScopeDispose, ref, watch } from 'vue'
import type { PhotoDto } from '@linli/ui-shared'
import { useApi } from '../../api'

interface Stored {
  photos: PhotoDto[]
  isConditionMet: boolean
  note: string
  satisfied: Satisfied
}

/** What a resident on the spot said; nobody was asked to begin with. */
export type Satisfied = 'yes' | 'no' | 'unasked'

/** What was already done of a check or a verification; kept in the engine until it is saved. */
export function useCheckDraft(what: 'check' | 'verify', caseId: string) {
  const api = useApi()
  const key = `${what}-${caseId}`
  const photos = ref<PhotoDto[]>([])
  const isConditionMet = ref(false)
  const note = ref('')
  const satisfied = ref<Satisfied>('unasked')
  const isLoaded = ref(false)

  async function load(): Promise<void> {
    const content = await api.loadDraft(key).catch(() => null)
    if (content !== null) {
      try {
        const stored = JSON.parse(content) as Partial<Stored>
        photos.value = stored.photos ?? []
        isConditionMet.value = stored.isConditionMet ?? false
        note.value = stored.note ?? ''
        satisfied.value = stored.satisfied ?? 'unasked'
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
      satisfied: satisfied.value,
    }
    const isEmpty =
      stored.photos.length === 0 &&
      !stored.isConditionMet &&
      stored.note === '' &&
      stored.satisfied === 'unasked'
    await (isEmpty ? api.deleteDraft(key) : api.saveDraft(key, JSON.stringify(stored)))
  }

  async function discard(): Promise<void> {
    isLoaded.value = false
    await api.deleteDraft(key)
  }

  watch([photos, isConditionMet, satisfied], () => void keep())
  onScopeDispose(() => void keep())
  void load()
  return { photos, isConditionMet, note, satisfied, isLoaded, discard }
}
