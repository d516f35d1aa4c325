import { onScopeDispose, ref, shallowRef } from 'vue'
import type { CaseQuery, CaseRow, WorkCount } from '@linli/ui-shared'
import { ApiError, useApi } from '../../api'

/** Rows that are asked for at once: a few screens. */
const PAGE = 50
/** Rows read beyond those that are drawn, so that one is there before a fast thumb comes to it. */
const AHEAD = 25
/** How far from the drawn rows a page may lie, in pages; one farther away is read again when it is needed. */
const NEAR = 2

/**
 * A long list of cases, read in pages shortly before they come into sight and read anew whenever cases change.
 * An answer that a newer question has overtaken is dropped.
 */
export function useCasePages(query: () => Omit<CaseQuery, 'page'>) {
  const api = useApi()
  const pages = shallowRef<ReadonlyMap<number, CaseRow[]>>(new Map())
  const total = ref<number>()
  const works = shallowRef<WorkCount[]>([])
  const asOf = ref<number | null>(null)
  const error = ref<ApiError>()
  const asked = new Set<number>()
  let seen: [number, number] = [0, 0]
  let question = 0

  function rowAt(index: number): CaseRow | undefined {
    return pages.value.get(pageOf(index))?.[index % PAGE]
  }

  /** Reads the pages of these rows, and of those beside them, that are not here. */
  async function show(from: number, to: number): Promise<void> {
    seen = [pageOf(from), pageOf(to - 1)]
    await readAll(pageOf(from - AHEAD), pageOf(Math.min(to + AHEAD, total.value ?? to) - 1))
  }

  async function readAll(first: number, last: number): Promise<void> {
    const wanted: Promise<void>[] = []
    for (let page = first; page <= last; page += 1) {
      if (!asked.has(page)) wanted.push(read(page))
    }
    await Promise.all(wanted)
  }

  async function read(page: number): Promise<void> {
    asked.add(page)
    const mine = question
    try {
      const answer = await api.listCases({
        ...query(),
        page: { offset: page * PAGE, limit: PAGE },
      })
      if (mine !== question) return
      pages.value = nearPages().set(page, answer.rows)
      total.value = answer.total_count
      works.value = answer.works
      asOf.value = answer.as_of
      error.value = undefined
    } catch (thrown) {
      if (mine !== question) return
      asked.delete(page)
      error.value = ApiError.from(thrown)
    }
  }

  /** The pages that what is drawn may soon need. The others are let go, to be asked for again. */
  function nearPages(): Map<number, CaseRow[]> {
    const [first, last] = seen
    const near = [...pages.value].filter(([page]) => page >= first - NEAR && page <= last + NEAR)
    const kept = new Map(near)
    for (const page of pages.value.keys()) if (!kept.has(page)) asked.delete(page)
    return kept
  }

  /** Asks anew for what is in sight; the old rows stay until the new ones are there. */
  async function renew(): Promise<void> {
    question += 1
    const mine = question
    asked.clear()
    const old = pages.value
    await readAll(...seen)
    if (mine !== question || error.value) return
    // What was read before and is out of sight is no longer true.
    const fresh = [...pages.value].filter(([page, rows]) => rows !== old.get(page))
    pages.value = new Map(fresh)
  }

  /** Another question: from the beginning. */
  async function restart(): Promise<void> {
    seen = [0, 0]
    await renew()
  }

  const stop = api.onChange((change) => {
    if (change.nouns.includes('cases') || change.nouns.includes('sync')) void renew()
  })
  onScopeDispose(stop)
  void renew()
  return { rowAt, total, works, asOf, error, show, restart }
}

function pageOf(row: number): number {
  return Math.max(0, Math.floor(row / PAGE))
}
