import { computed } from 'vue'
import { useText, type PositionDto, type PositionReading } from '@linli/ui-shared'
import { EXACT_METRES, ROUGH_METRES } from './usePosition'

/** How good a position is, in words. */
export function usePositionText(
  position: () => PositionDto | null,
  reading: () => PositionReading | undefined,
) {
  const { t } = useText()

  const isMeasured = (at: PositionDto) => ['gnss', 'network', 'simulated'].includes(at.source)

  const quality = computed(() => {
    const at = position()
    if (!at) {
      const state = reading()?.state ?? 'searching'
      return t(state === 'unavailable' ? 'place.unavailable' : 'place.searching')
    }
    if (!isMeasured(at)) return t(`place.${at.source}`)
    if (at.accuracy_m === null) return t('place.unknown_accuracy')
    const n = Math.round(at.accuracy_m)
    const radius = t(at.accuracy_m <= EXACT_METRES ? 'place.exact' : 'place.about', { n })
    return at.source === 'simulated' ? t('place.simulated', { radius }) : radius
  })

  const isRough = computed(() => {
    const at = position()
    return at !== null && isMeasured(at) && (at.accuracy_m ?? Infinity) > ROUGH_METRES
  })

  return { quality, isRough }
}
