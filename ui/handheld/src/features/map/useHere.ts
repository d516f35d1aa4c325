import type { PositionReading } from '@linli/ui-shared'
import { shallowRef, watch, type Ref } from 'vue'
import { metresBetween } from '../../shared/distance'
import type { Point } from '../../shared/plane'

/** So far a position must move before a list is sorted anew under somebody's finger, in metres. */
const MOVED = 10

/** Where the person stands, as steady as a list needs it. */
export function useHere(reading: Ref<PositionReading | undefined>): Ref<Point | undefined> {
  const here = shallowRef<Point>()
  watch(
    reading,
    (now) => {
      const at = now?.position
      if (!at) here.value = undefined
      else if (!here.value || away(here.value, [at.lon, at.lat]) >= MOVED) {
        here.value = [at.lon, at.lat]
      }
    },
    { immediate: true },
  )
  return here
}

function away(a: Point, b: Point): number {
  return metresBetween({ lon: a[0], lat: a[1] }, { lon: b[0], lat: b[1] })
}
