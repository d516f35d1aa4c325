import { onScopeDispose, ref, type Ref } from 'vue'
import type { PositionReading } from '@linli/ui-shared'
import { useApi } from '../api'

const EVERY = 2000

/** Good enough to stop asking: 精确. */
export const EXACT_METRES = 15
/** Good enough to use; beyond it people are asked to pick a door. */
export const ROUGH_METRES = 50

/** The receiver's position, asked again until it is exact; while following, for as long as it is shown. */
export function usePosition({ isFollowing = false } = {}): Ref<PositionReading | undefined> {
  const api = useApi()
  const reading = ref<PositionReading>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false

  async function ask(): Promise<void> {
    try {
      reading.value = await api.position()
    } catch {
      reading.value = { state: 'unavailable', position: null }
    }
    const accuracy = reading.value.position?.accuracy_m ?? Infinity
    const isExact = accuracy <= EXACT_METRES && !isFollowing
    const isDone = reading.value.state === 'unavailable' || isExact
    if (!isStopped && !isDone) timer = setTimeout(() => void ask(), EVERY)
  }

  onScopeDispose(() => {
    isStopped = true
    clearTimeout(timer)
  })
  void ask()
  return reading
}
