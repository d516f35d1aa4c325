import { ref, watch } from 'vue'
import type { PlaceHint } from '@linli/ui-shared'
import { useApi } from '../../api'
import { usePosition } from '../../shared/usePosition'
import type { ReportDraft } from './draft'

/** Fills the place of a draft from the receiver, until a person chooses one, and asks what is there. */
export function useReportPlace(draft: ReportDraft) {
  const api = useApi()
  const reading = usePosition()
  const hint = ref<PlaceHint>()
  let asked = 0
  let filledIn = ''

  async function look(): Promise<void> {
    const { position, category } = draft
    if (!position) {
      hint.value = undefined
      return
    }
    asked += 1
    const mine = asked
    try {
      const answer = await api.placeHint({ position, category })
      if (mine !== asked) return
      hint.value = answer
      if (draft.isPlaceChosen || (draft.place !== '' && draft.place !== filledIn)) return
      filledIn = answer.nearest?.name ?? ''
      draft.place = filledIn
    } catch {
      // A hint is a courtesy; the report is saved without it.
      if (mine === asked) hint.value = undefined
    }
  }

  watch(reading, (now) => {
    if (now?.position && !draft.isPlaceChosen) draft.position = now.position
  })
  watch([() => draft.position, () => draft.category], () => void look(), { immediate: true })

  return { reading, hint }
}
