import type { SavedRecord } from '@linli/ui-shared'
import { ref } from 'vue'
import { useRouter, type RouteLocationRaw } from 'vue-router'
import type { Issue } from '../../shared/form/rules'
import { showFirstIssue } from '../../shared/form/show'
import type { Finish } from '../../shared/form/useDraftKeeper'
import { useKeptStore } from '../../shared/stores/kept'
import { useAction } from '../../shared/useAction'

/** Adds a building, an entrance or a dwelling, and leads to the list that has it, which says so. */
export function useAddForm(way: {
  what: 'building_added' | 'entrance_added' | 'dwelling_added'
  issues: () => (Issue | undefined)[]
  add: (draft: string) => Promise<SavedRecord>
  /** Finishes the draft with it. */
  finish: Finish
  to: (added: SavedRecord) => RouteLocationRaw
}) {
  const router = useRouter()
  const kept = useKeptStore()
  const isAsked = ref(false)

  const saving = useAction(async () => {
    const saved = await way.finish((draft) => way.add(draft))
    kept.show(way.what, saved.at)
    const to = way.to(saved)
    // The list is where people came from: no second one is laid on top of it.
    if (window.history.state?.back === router.resolve(to).fullPath) router.back()
    else await router.replace(to)
  })

  async function save(): Promise<void> {
    isAsked.value = true
    if (way.issues().some((issue) => issue !== undefined)) await showFirstIssue()
    else await saving.run()
  }

  /** What is wrong with a field; that it is empty only once somebody wanted to save. */
  function shown(issue: Issue | undefined): Issue | undefined {
    return isAsked.value || issue !== 'empty' ? issue : undefined
  }

  return { saving, save, shown }
}
