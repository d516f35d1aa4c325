import { useText, type GridMap } from '@linli/ui-shared'
import { computed, type Ref } from 'vue'
import type { Pinned } from './cluster'
import type { Thing } from './things'

/** What the picture does not show, each with its number: nothing is left out silently. */
export function useMissing(
  map: Readonly<Ref<GridMap | undefined>>,
  visible: Readonly<Ref<readonly Thing[]>>,
  pins: Readonly<Ref<readonly Pinned<Thing>[]>>,
  isListed: Readonly<Ref<boolean>>,
) {
  const { t } = useText()
  return computed(() => {
    if (!map.value) return []
    const onMap = pins.value.length
    const placed = visible.value.filter(({ at }) => at !== null).length
    const told: [string, number][] = [
      ['map.unplaced', isListed.value ? 0 : visible.value.length - placed],
      ['map.outside', isListed.value ? 0 : placed - onMap],
      ['map.more_cases', map.value.more_case_count],
      ['map.more_components', map.value.more_component_count],
    ]
    return told.filter(([, n]) => n > 0).map(([key, n]) => t(key, { n }))
  })
}
