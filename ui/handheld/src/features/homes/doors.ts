import { computed, type Ref } from 'vue'
import { useApi } from '../../api'
import { useLive } from '../../shared/useLive'

/** Which doors are shown; waiting while it is not known yet. */
export type DoorLevel = 'buildings' | 'dwellings' | 'entrances' | 'waiting'

/** Buildings, and the entrances of one of them. */
export function useDoors(building: Ref<string | undefined>, entrance: Ref<string | undefined>) {
  const api = useApi()
  const buildings = useLive(() => api.listBuildings(), ['register'])
  const entrances = useLive(
    async () => (building.value ? await api.listEntrances(building.value) : []),
    ['register'],
  )
  const here = computed(() => buildings.data.value?.find((one) => one.id === building.value))
  const way = computed(() => entrances.data.value?.find((one) => one.id === entrance.value))
  /** Which level is shown: a building without entrances leads to its dwellings at once. */
  const level = computed<DoorLevel>(() => {
    if (!building.value) return 'buildings'
    if (entrance.value) return 'dwellings'
    if (!entrances.data.value) return 'waiting'
    return entrances.data.value.length > 0 ? 'entrances' : 'dwellings'
  })
  const error = computed(() => buildings.error.value ?? entrances.error.value)
  return { buildings, entrances, here, way, level, error }
}
