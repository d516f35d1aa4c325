import { defineStore } from 'pinia'
import { reactive, ref, watch } from 'vue'
import { useApi } from '../../api'
import { emptyDraft, inputOf, isWorthKeeping, parseDraft, type ReportDraft } from './draft'

const NAME = 'report'
const QUIET = 400

/** The report being written. Every pause of the fingers stores it in the engine. */
export const useReportStore = defineStore('report', () => {
  const api = useApi()
  const draft = reactive<ReportDraft>(emptyDraft())
  const isLoaded = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined

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

  async function keep(): Promise<void> {
    clearTimeout(timer)
    if (!isLoaded.value) return
    if (isWorthKeeping(draft)) await api.saveDraft(NAME, JSON.stringify(draft))
    else await api.deleteDraft(NAME)
  }

  async function empty(): Promise<void> {
    Object.assign(draft, emptyDraft())
    clearTimeout(timer)
    await api.deleteDraft(NAME)
  }

  /** Begins anew; what was said goes at once. */
  async function discard(): Promise<void> {
    const { voice } = draft
    await empty()
    if (voice) await api.deleteVoice(voice.hash)
  }

  async function save(category: string) {
    const { visit } = draft
    const saved = await api.report(inputOf(draft, category))
    await empty()
    // Both are saved; without the link only the way from one to the other is missing.
    if (visit !== null) await api.linkVisit(visit, saved.case_id).catch(() => undefined)
    return saved
  }

  watch(draft, () => {
    clearTimeout(timer)
    if (isLoaded.value) timer = setTimeout(() => void keep(), QUIET)
  })

  return { draft, isLoaded, open, follow, keep, discard, save }
})
