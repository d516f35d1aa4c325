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

  async function keep(): Promise<void> {
    clearTimeout(timer)
    if (!isLoaded.value) return
    if (isWorthKeeping(draft)) await api.saveDraft(NAME, JSON.stringify(draft))
    else await api.deleteDraft(NAME)
  }

  async function discard(): Promise<void> {
    Object.assign(draft, emptyDraft())
    clearTimeout(timer)
    await api.deleteDraft(NAME)
  }

  async function save(category: string) {
    const saved = await api.report(inputOf(draft, category))
    await discard()
    return saved
  }

  watch(draft, () => {
    clearTimeout(timer)
    if (isLoaded.value) timer = setTimeout(() => void keep(), QUIET)
  })

  return { draft, isLoaded, open, keep, discard, save }
})
