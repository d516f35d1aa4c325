import type { GridMap, MapCase, MapComponent, MapSpot } from '@linli/ui-shared'
import type { Point } from '../../shared/plane'

/** What can be shown or hidden together, in the order in which it is listed and drawn. */
export const layers = ['case', 'component', 'building', 'place'] as const
export type Layer = (typeof layers)[number]

/** Something of the grid that has its place on the map or in the list. */
export type Thing = { key: string; at: Point | null } & (
  | { layer: 'case'; of: MapCase }
  | { layer: 'component'; of: MapComponent }
  | { layer: 'building'; of: MapSpot }
  | { layer: 'place'; of: MapSpot }
)

/** Everything of a map, the layers one after the other. */
export function thingsOf(map: GridMap): Thing[] {
  return [
    ...map.cases.map((of) => thing({ layer: 'case' as const, of })),
    ...map.components.map((of) => thing({ layer: 'component' as const, of })),
    ...map.buildings.map((of) => thing({ layer: 'building' as const, of })),
    ...map.places.map((of) => thing({ layer: 'place' as const, of })),
  ]
}

function thing<T extends { layer: Layer; of: { id: string; at: Point | null } }>(one: T) {
  return { ...one, key: `${one.layer}.${one.of.id}`, at: one.of.at }
}

/** How many things there are of each layer. */
export function countsOf(things: readonly Thing[]): Record<Layer, number> {
  const counts = { case: 0, component: 0, building: 0, place: 0 }
  for (const { layer } of things) counts[layer] += 1
  return counts
}

/** Few enough signs of a name to stand on a pin: 12 of 12号楼. */
export function shortName(name: string): string {
  const plain = name.replace(/\s/g, '').replace(/(号楼|号院|号|楼|栋)$/u, '')
  return [...(plain || name)].slice(-3).join('')
}
