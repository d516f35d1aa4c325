import type { GridDto, GridMap, GridShape } from '@linli/ui-shared'
import { boundsOf, Plane, type Bounds, type Point, type Spot } from '../../shared/plane'

/** What the map stands on: the plane, and the borders in it. */
export interface Ground {
  plane: Plane
  border: Spot[][]
  neighbours: { grid: GridDto; rings: Spot[][] }[]
  /** Around the border and everything near it. */
  bounds: Bounds
}

/** How far beyond the border the map still goes, in parts of the grid's own size. */
const BEYOND = 0.5

/**
 * The ground of a map; none when nothing on it has a place. One case with a wrong position must not make the
 * grid a dot: with a border, the map ends a little beyond it.
 */
export function groundOf(map: GridMap, points: readonly Point[]): Ground | undefined {
  const [first] = [...map.own.border.flat(), ...points]
  if (!first) return undefined
  const plane = new Plane([roughly(first[0]), roughly(first[1])])
  const rings = ({ border }: GridShape) => border.map((ring) => ring.map((at) => plane.spot(at)))
  const border = rings(map.own)
  const around = boundsOf(border.flat())
  const spots = points.map((at) => plane.spot(at))
  const near = around ? spots.filter((spot) => isNear(spot, around)) : spots
  const bounds = boundsOf([...border.flat(), ...near])
  if (!bounds) return undefined
  const neighbours = map.neighbours.map((one) => ({ grid: one.grid, rings: rings(one) }))
  return { plane, border, neighbours, bounds }
}

/** Whether a spot lies within the bounds. */
export function isWithin({ x, y }: Spot, { left, top, right, bottom }: Bounds): boolean {
  return x >= left && x <= right && y >= top && y <= bottom
}

/** The same origin whatever is first today: a view that was kept stays where it was. */
function roughly(degrees: number): number {
  return Math.round(degrees * 10) / 10
}

function isNear(spot: Spot, { left, top, right, bottom }: Bounds): boolean {
  const [wide, high] = [(right - left) * BEYOND, (bottom - top) * BEYOND]
  const grown = { left: left - wide, top: top - high, right: right + wide, bottom: bottom + high }
  return isWithin(spot, grown)
}
