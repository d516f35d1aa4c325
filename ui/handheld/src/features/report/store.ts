import { defineStore } from 'pinia'
import { reactive, ref, watch } from 'vue'
import { useApi } from '../../api'
import { useDraftKeeper } from '../../shared/form/useDraftKeeper'
import { emptyDraft, inputOf, isWorthKeeping, parseDraft, type ReportDraft } from './draft'

const NAME = 'report'

/** The report being written. Every pause of the fingers stores it in the engine. */
export const useReportStore = defineStore('report', () => {
  const api = useApi()
  const draft = reactive<ReportDraft>(emptyDraft())
  const isLoaded = ref(false)
  const { keep, changed, finish, begin } = useDraftKeeper(NAME, () => {
    if (!isLoaded.value) return undefined
    return isWorthKeeping(draft) ? JSON.stringify(draft) : null
  })

  async function open(): Promise<void> {
    if (isLoaded.value) return
    Object.assign(draft, parseDraft(await api.loadDraft(NAME)))
    isLoaded.value = true
  }

  /** The report comes of a visit or is about a known place. What was begun before stays as it is. */
  function follow(from: Partial<ReportDraft> & Pick<ReportDraft, 'place'>): void {
    if (isWorthKeeping(draft)) return
    Object.assign(draft, { ...from, isPlaceChosen: from.place !== '' })
  }

  async function empty(): Promise<void> {
    Object.assign(draft, emptyDraft())
    await keep()
  }

  /** Begins anew; what was said goes at once. */
  async function discard(): Promise<void> {
    const { voice } = draft
    await empty()
    if (voice) await api.deleteVoice(voice.hash)
  }

  async function save(category: string) {
    const { visit } = draft
    const saved = await finish((name) => api.report(inputOf(draft, category), name))
    Object.assign(draft, emptyDraft())
    begin()
    // Both are saved; without the link only the way from one to the other is missing.
    if (visit !== null) await api.linkVisit(visit, saved.case_id).catch(() => undefined)
    return saved
  }

  watch(draft, changed)

  return { draft, isLoaded, open, follow, keep, discard, save }
})
