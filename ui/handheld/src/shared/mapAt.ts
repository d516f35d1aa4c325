import type { LocationQuery, RouteLocationRaw } from 'vue-router'
import type { Point } from './plane'

/** The grid's map with a place in the middle and marked. */
export function mapAt(place: string, at: { lon: number; lat: number }): RouteLocationRaw {
  return { name: 'map', query: { place, lon: at.lon, lat: at.lat } }
}

/** The place that a path names: its words, and where it is if that is on the globe. */
export function placeOf(query: LocationQuery): { place: string; at: Point | null } {
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const at: Point = [parseFloat(text(query.lon)), parseFloat(text(query.lat))]
  const isReal = Math.abs(at[0]) <= 180 && Math.abs(at[1]) <= 90
  return { place: text(query.place), at: isReal ? at : null }
}
