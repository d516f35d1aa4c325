import { ref, watch } from 'vue'
import type { PhotoDto } from '@linli/ui-shared'
import { useApi } from '../../api'
import { useScreenDraft } from '../../shared/form/useDraftKeeper'

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
  const { changed, keep, finish } = useScreenDraft(key, () => {
    if (!isLoaded.value) return undefined
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
    return isEmpty ? null : JSON.stringify(stored)
  })

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

  watch([photos, isConditionMet, satisfied], () => void keep())
  watch(note, changed)
  void load()
  return { photos, isConditionMet, note, satisfied, isLoaded, finish }
}
