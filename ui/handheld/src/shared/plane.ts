import type { Direction } from '@linli/ui-shared'

/** Degrees east and degrees north in WGS-84, as the engine tells them. */
export type Point = [lon: number, lat: number]

/** A place in metres east and south of an origin. A grid is small enough to be flat. */
export interface Spot {
  x: number
  y: number
}

/** The rectangle around some spots. */
export interface Bounds {
  left: number
  top: number
  right: number
  bottom: number
}

const METRES_PER_DEGREE = (6_371_009 * Math.PI) / 180

/** Turns degrees into metres around an origin, true to size there in both directions. */
export class Plane {
  private readonly east: number

  constructor(private readonly origin: Point) {
    this.east = METRES_PER_DEGREE * Math.cos((origin[1] * Math.PI) / 180)
  }

  spot([lon, lat]: Point): Spot {
    return {
      x: (lon - this.origin[0]) * this.east,
      y: (this.origin[1] - lat) * METRES_PER_DEGREE,
    }
  }
}

/** The rectangle around spots; none around nothing. */
export function boundsOf(spots: readonly Spot[]): Bounds | undefined {
  const [first] = spots
  if (!first) return undefined
  const bounds = { left: first.x, top: first.y, right: first.x, bottom: first.y }
  for (const { x, y } of spots) {
    bounds.left = Math.min(bounds.left, x)
    bounds.top = Math.min(bounds.top, y)
    bounds.right = Math.max(bounds.right, x)
    bounds.bottom = Math.max(bounds.bottom, y)
  }
  return bounds
}

/** Whether a ring of spots holds a spot. */
export function holds(ring: readonly Spot[], { x, y }: Spot): boolean {
  let isInside = false
  ring.forEach((a, index) => {
    const b = ring[(index + 1) % ring.length] ?? a
    if (a.y > y === b.y > y) return
    if (x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) isInside = !isInside
  })
  return isInside
}

/** The eight directions of a compass, clockwise from the north. */
export const directions = [
  'north',
  'north_east',
  'east',
  'south_east',
  'south',
  'south_west',
  'west',
  'north_west',
] as const satisfies readonly Direction[]

/** Where a spot lies as seen from another one. */
export function directionOf(from: Spot, to: Spot): Direction {
  const turn = Math.atan2(to.x - from.x, from.y - to.y) / (Math.PI / 4)
  return directions[(Math.round(turn) + 8) % 8] ?? 'north'
}
