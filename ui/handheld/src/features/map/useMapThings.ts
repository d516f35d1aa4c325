import type { GridMap } from '@linli/ui-shared'
import { computed, type Ref } from 'vue'
import type { Pinned } from './cluster'
import { groundOf, isWithin } from './ground'
import { useMapStore } from './mapStore'
import type { Point } from '../../shared/plane'
import { countsOf, layers, thingsOf, type Layer, type Thing } from './things'

/** What of the grid's map is shown, and where on the plane. */
export function useMapThings(map: Readonly<Ref<GridMap | undefined>>) {
  const store = useMapStore()

  const things = computed(() => (map.value ? thingsOf(map.value) : []))
  /** Layers that have something in them. */
  const shown = computed(() => {
    const counts = countsOf(things.value)
    return layers.filter((layer) => counts[layer] > 0)
  })
  const visible = computed(() => things.value.filter(({ layer }) => !store.hidden.has(layer)))
  const ground = computed(() => {
    if (!map.value) return undefined
    const points = things.value.map(({ at }) => at).filter((at): at is Point => at !== null)
    return groundOf(map.value, points)
  })
  const pins = computed<Pinned<Thing>[]>(() => {
    const { value: on } = ground
    if (!on) return []
    return visible.value.flatMap((thing) => {
      const spot = thing.at && on.plane.spot(thing.at)
      return spot && isWithin(spot, on.bounds) ? [{ thing, spot }] : []
    })
  })
  const buildings = computed(() =>
    pins.value.filter(({ thing }) => thing.layer === 'building').map(({ spot }) => spot),
  )

  function toggle(layer: Layer): void {
    if (!store.hidden.delete(layer)) store.hidden.add(layer)
  }

  return { things, shown, visible, ground, pins, buildings, toggle }
}
