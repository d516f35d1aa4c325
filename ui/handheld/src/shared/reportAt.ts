import type { RouteLocationRaw } from 'vue-router'

/** A report about a place that is known already: its words and its position are filled in. */
export function reportAt(place: string, at: [number, number] | null): RouteLocationRaw {
  const [lon, lat] = at ?? []
  return { name: 'report', query: { place, ...(at ? { lon, lat } : {}) } }
}
