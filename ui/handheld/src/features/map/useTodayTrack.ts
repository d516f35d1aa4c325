import type { TrackLine } from '@linli/ui-shared'
import { computed, watch, type Ref } from 'vue'
import { useApi } from '../../api'
import { isToday } from '../../shared/today'
import { useLive } from '../../shared/useLive'
import type { Ground } from './ground'

/** One's own track of today as lines on the plane; read only when it is wanted. */
export function useTodayTrack(isShown: Ref<boolean>, ground: Ref<Ground | undefined>) {
  const api = useApi()
  const { data: track } = useLive(() => api.track(), ['patrol'])
  const ids = computed(() =>
    (track.value?.rows ?? [])
      .filter((row) => isToday(row.started_at, Date.now()))
      .map(({ id }) => id),
  )

  async function read(): Promise<TrackLine['lines']> {
    if (!isShown.value) return []
    const all = await Promise.all(ids.value.map((id) => api.trackLine(id)))
    return all.flatMap(({ lines }) => lines)
  }

  const { data, reload } = useLive(read, ['patrol'])
  watch([isShown, ids], reload)

  const lines = computed(() => {
    const { value: on } = ground
    if (!on || !isShown.value) return []
    return (data.value ?? []).map((line) => line.map((at) => on.plane.spot(at)))
  })
  const has = computed(() => ids.value.length > 0)
  return { lines, has }
}
