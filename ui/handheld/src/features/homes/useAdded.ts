import { useRouter, type RouteLocationRaw } from 'vue-router'
import { useKeptStore } from '../../shared/stores/kept'

/** After a building, an entrance or a dwelling was added: to the list that has it, which says so. */
export function useAdded() {
  const router = useRouter()
  const kept = useKeptStore()

  return async (what: string, at: number, to: RouteLocationRaw): Promise<void> => {
    kept.show(what, at)
    // The list is where people came from: no second one is laid on top of it.
    if (window.history.state?.back === router.resolve(to).fullPath) router.back()
    else await router.replace(to)
  }
}
