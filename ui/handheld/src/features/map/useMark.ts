import { isolate, useText } from '@linli/ui-shared'
import { computed, type Ref } from 'vue'
import { useRoute } from 'vue-router'
import { placeOf } from '../../shared/mapAt'
import type { Point } from '../../shared/plane'
import { useWayText } from '../../shared/useWayText'
import { awayTo } from './listed'

/** The place that somebody came to see, named by the way here; none on the usual map. */
export function useMark(here: Ref<Point | undefined>) {
  const { t } = useText()
  const way = useWayText()
  const { place, at } = placeOf(useRoute().query)

  const words = computed(() => {
    if (!at) return ''
    const from = here.value
    const name = place === '' ? t('map.marked') : isolate(place)
    return from ? [name, way(awayTo(at, from))].join(t('text.dot')) : name
  })

  return { at, words }
}
