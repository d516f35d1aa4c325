import { metresBetween } from '../../shared/distance'
import { directionOf, Plane, type Point } from '../../shared/plane'
import type { Away } from '../../shared/useWayText'
import type { Thing } from './things'

/** A thing, and the way to it; none when one of the two positions is unknown. */
export interface Listed {
  thing: Thing
  away?: Away
}

/**
 * Things by distance, what has no position last. Without a position of one's own they stay in the order of
 * the map: pressing cases first.
 */
export function listedOf(things: readonly Thing[], here: Point | undefined): Listed[] {
  if (!here) return things.map((thing) => ({ thing }))
  const plane = new Plane(here)
  const rows = things.map((thing) => withWay(thing, here, plane))
  const far = (row: Listed) => row.away?.metres ?? Infinity
  return rows.sort((a, b) => (far(a) === far(b) ? 0 : far(a) - far(b)))
}

function withWay(thing: Thing, here: Point, plane: Plane): Listed {
  return thing.at ? { thing, away: awayTo(thing.at, here, plane) } : { thing }
}

/** How far and in which direction a point lies from here. */
export function awayTo(at: Point, here: Point, plane = new Plane(here)): Away {
  const metres = metresBetween({ lon: here[0], lat: here[1] }, { lon: at[0], lat: at[1] })
  return { metres, direction: directionOf({ x: 0, y: 0 }, plane.spot(at)) }
}
