import { boundsOf, type Bounds, type Spot } from '../../shared/plane'

/** Something with a spot. */
export interface Pinned<T> {
  thing: T
  spot: Spot
}

/** What is drawn as one pin: a thing, or several that would lie on top of each other. */
export interface Cluster<T> {
  /** Where the first of them is. */
  spot: Spot
  things: T[]
  /** The rectangle around all of them. */
  bounds: Bounds
}

interface Growing<T> {
  spot: Spot
  pins: Pinned<T>[]
}

/**
 * Joins what lies nearer than a pin is wide to the first pin there: pins never cover each other, and what
 * comes first in the list keeps its own place. Does not depend on what is seen, so nothing jumps while the
 * picture is moved.
 */
export function clustersOf<T>(pins: readonly Pinned<T>[], apart: number): Cluster<T>[] {
  const cells = new Map<string, Growing<T>[]>()
  const all: Growing<T>[] = []
  for (const pin of pins) {
    const column = Math.floor(pin.spot.x / apart)
    const row = Math.floor(pin.spot.y / apart)
    const near = nearest(cells, column, row, pin.spot, apart)
    if (near) {
      near.pins.push(pin)
      continue
    }
    const cluster = { spot: pin.spot, pins: [pin] }
    all.push(cluster)
    const key = `${column} ${row}`
    cells.set(key, [...(cells.get(key) ?? []), cluster])
  }
  return all.map(({ spot, pins: joined }) => ({
    spot,
    things: joined.map(({ thing }) => thing),
    bounds: boundsOf(joined.map((one) => one.spot)) ?? {
      ...{ left: spot.x, right: spot.x },
      ...{ top: spot.y, bottom: spot.y },
    },
  }))
}

function nearest<T>(
  cells: ReadonlyMap<string, Growing<T>[]>,
  column: number,
  row: number,
  spot: Spot,
  apart: number,
): Growing<T> | undefined {
  let found: Growing<T> | undefined
  let least = apart
  for (let dx = -1; dx <= 1; dx += 1) {
    for (let dy = -1; dy <= 1; dy += 1) {
      for (const cluster of cells.get(`${column + dx} ${row + dy}`) ?? []) {
        const away = Math.max(Math.abs(cluster.spot.x - spot.x), Math.abs(cluster.spot.y - spot.y))
        if (away < least) [found, least] = [cluster, away]
      }
    }
  }
  return found
}
