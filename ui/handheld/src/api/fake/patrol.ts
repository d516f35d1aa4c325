import type { CaseDetail, CoverageDto, CoverageRow, PatrolList, PatrolStop } from '@linli/ui-shared'
import { metresBetween } from '../../shared/distance'
import { directionOf, Plane, type Point } from '../../shared/plane'
import type { FakeComponent } from './components'
import { spots } from './map'
import { places } from './reference'
import type { FakeTown } from './register-data'
import { doorOf } from './register-reads'

const DAY = 86_400_000
/** Where the invented person stands. */
const here: Point = [116.43571, 39.89812]
/** A component should be looked at this often. */
const LOOK_EVERY = 30 * DAY

function wayTo(at: Point | null): Pick<PatrolStop, 'at' | 'distance_m' | 'direction'> {
  if (!at) return { at, distance_m: null, direction: null }
  const metres = metresBetween({ lon: here[0], lat: here[1] }, { lon: at[0], lat: at[1] })
  const direction = directionOf({ x: 0, y: 0 }, new Plane(here).spot(at))
  return { at, distance_m: Math.round(metres), direction }
}

/** What the real engine puts together from cases, visits and components. */
export function stopsOf(
  cases: CaseDetail[],
  town: FakeTown,
  components: FakeComponent[],
  now: number,
): PatrolList {
  const due = (at: number | null) => ({ due_at: at, is_overdue: at !== null && at < now })
  const tasks = cases.flatMap(({ row, position }): PatrolStop[] => {
    if (row.task === null) return []
    const { id, task, category, place } = row
    const way = wayTo(position && [position.lon, position.lat])
    return [
      {
        kind: 'task',
        id,
        task,
        category: category.name,
        name: null,
        place,
        ...due(row.due_at),
        ...way,
      },
    ]
  })
  const visits = town.homes.flatMap((home): PatrolStop[] => {
    const next = home.visits[0]?.next_visit_at ?? null
    if (next === null || next > now + 30 * DAY) return []
    const building = town.dwellings.find((one) => one.id === home.dwelling)?.building
    const way = wayTo(spots[building ?? ''] ?? null)
    const name = doorOf(town, home.dwelling)
    return [
      {
        kind: 'visit',
        id: home.id,
        task: null,
        category: null,
        name,
        place: null,
        ...due(next),
        ...way,
      },
    ]
  })
  const looks = components.map((one): PatrolStop => {
    const at = one.checked_at === null ? null : one.checked_at + LOOK_EVERY
    const { id, name, place } = one
    return {
      kind: 'component',
      id,
      task: null,
      category: null,
      name,
      place,
      ...due(at),
      ...wayTo(one.at),
    }
  })
  const wanted = looks.filter((stop) => stop.due_at === null || stop.is_overdue)
  const far = (stop: PatrolStop) => stop.distance_m ?? Infinity
  const stops = [...tasks, ...visits, ...wanted].sort((a, b) =>
    far(a) === far(b) ? 0 : far(a) - far(b),
  )
  return {
    stops,
    task_count: tasks.length,
    visit_count: visits.length,
    component_count: wanted.length,
  }
}

/** Days since something was done there, by the row's place in the list; none for the first. */
const ages = [null, 41, 12, 6, 0.2, 0.1]

export function coverageOf(town: FakeTown, days: number, now: number): CoverageDto {
  const row = (id: string, name: string, at: Point | null, index: number): CoverageRow => {
    const age = ages[index % ages.length] ?? null
    const count = age === null || age > days ? 0 : Math.max(1, Math.round(days / (age + 1)))
    const { distance_m } = wayTo(at)
    return {
      id,
      name,
      done_count: count,
      last_at: age === null ? null : now - age * DAY,
      distance_m,
    }
  }
  return {
    days,
    buildings: town.buildings.map(({ id, name }, index) => row(id, name, spots[id] ?? null, index)),
    places:
      town.buildings.length === 0
        ? []
        : places.map(({ id, name, position }, index) =>
            row(id, name, position && [position.lon, position.lat], index),
          ),
  }
}
