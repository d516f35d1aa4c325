import type { GridMap } from '@linli/ui-shared'
import { grid, neighbour, places } from './reference'
import type { FakeComponent } from './components'
import type { FakeTown } from './register-data'
import type { World } from './scenario'

/** A drawn grid of about nine hectares around the invented places, and what stands in it. */

type Point = [number, number]

const border: Point[] = [
  [116.4341, 39.8993],
  [116.4372, 39.8995],
  [116.4378, 39.8971],
  [116.4362, 39.8964],
  [116.4344, 39.8968],
  [116.4341, 39.8993],
]
const beside: Point[] = [
  [116.4378, 39.8971],
  [116.4372, 39.8995],
  [116.4401, 39.8996],
  [116.4403, 39.897],
  [116.4378, 39.8971],
]
export const spots: Record<string, Point> = {
  'b-1': [116.43575, 39.89815],
  'b-2': [116.43505, 39.89775],
  'b-6': [116.43655, 39.89865],
}
const done = new Set(['closed', 'evaluated', 'declined', 'merged', 'voided'])

/** What the real engine answers from the edition and its rows. */
export function mapOf(world: World, town: FakeTown, components: FakeComponent[]): GridMap {
  const isEmpty = town.buildings.length === 0
  const pressing = ['danger', 'urgent', 'ordinary']
  const open = world.cases
    .filter(({ row }) => !done.has(row.work))
    .sort((a, b) => pressing.indexOf(a.row.urgency) - pressing.indexOf(b.row.urgency))
  return {
    own: { grid, border: isEmpty ? [] : [border] },
    neighbours: isEmpty ? [] : [{ grid: neighbour, border: [beside] }],
    cases: open.map(({ row: { id, code, category, place, urgency, work }, position }) => ({
      ...{ id, code, category, place, urgency, work },
      at: position ? [position.lon, position.lat] : null,
    })),
    more_case_count: 0,
    buildings: town.buildings.map(({ id, name }) => ({ id, name, at: spots[id] ?? null })),
    places: isEmpty
      ? []
      : places.map(({ id, name, position }) => ({
          ...{ id, name },
          at: position ? [position.lon, position.lat] : null,
        })),
    components: components.map(({ id, name, state, checked_at, place, at }) => ({
      ...{ id, name, state, checked_at, place, at },
    })),
    more_component_count: 0,
  }
}
