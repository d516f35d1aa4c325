import { useText, type Direction } from '@linli/ui-shared'

/** How far, and in which direction, from where the person stands. */
export interface Away {
  metres: number
  direction: Direction
}

/** Nearer than this no direction is told: a position is not better than that. In metres. */
const HERE = 10

/** Where from here: 东北 12 米. */
export function useWayText() {
  const { t, distance } = useText()

  return ({ metres, direction }: Away): string => {
    if (metres < HERE) return t('way.here')
    return t('way.away', { direction: t(`direction.${direction}`), far: distance(metres) })
  }
}
