import { useRouter } from 'vue-router'
import { useKeptStore } from '../../shared/stores/kept'

/** After a save: back to the card that it was made from, which says that it is on this device. */
export function useDone() {
  const router = useRouter()
  const kept = useKeptStore()

  return async (household: string, what: string, at: number | undefined): Promise<void> => {
    if (at !== undefined) kept.show(what, at)
    const path = `/homes/card/${household}`
    // The card is where people came from: no second one is laid on top of it.
    if (window.history.state?.back === path) router.back()
    else await router.replace(path)
  }
}
