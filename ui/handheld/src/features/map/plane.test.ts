import { expect, test } from 'vitest'
import { clustersOf } from './cluster'
import { groundOf } from './ground'
import { boundsOf, directionOf, holds, Plane, type Spot } from '../../shared/plane'
import { beyond, drawn, fit, MOST_SCALE, zoom } from '../../shared/view'
import { shortName } from './things'

const grid = { code: 'g', name: { zh: 'g', en: 'g' } }

test('degrees become metres, south is down', () => {
  const plane = new Plane([116, 40])
  const north = plane.spot([116, 40.001])
  expect(north.x).toBe(0)
  expect(north.y).toBeCloseTo(-111.2, 1)
  // At 40° north a degree of longitude is cos 40° of one of latitude.
  expect(plane.spot([116.001, 40]).x).toBeCloseTo(85.18, 1)
})

test('eight directions, each around its own', () => {
  const from = { x: 0, y: 0 }
  const seen = (x: number, y: number) => directionOf(from, { x, y })
  expect([seen(0, -9), seen(9, -9), seen(9, 1), seen(9, 9), seen(0, 9)]).toEqual([
    'north',
    'north_east',
    'east',
    'south_east',
    'south',
  ])
  expect([seen(-9, 9), seen(-9, 0), seen(-9, -9), seen(-1, -9)]).toEqual([
    'south_west',
    'west',
    'north_west',
    'north',
  ])
})

test('a ring holds what is inside', () => {
  const ring: Spot[] = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
    { x: 0, y: 10 },
  ]
  expect(holds(ring, { x: 5, y: 5 })).toBe(true)
  expect(holds(ring, { x: 15, y: 5 })).toBe(false)
})

test('all of the bounds is seen, and a single spot is no dot without end', () => {
  const size = { width: 300, height: 200 }
  const bounds = { left: 0, top: 0, right: 500, bottom: 100 }
  const view = fit(bounds, size)
  const start = drawn({ x: 0, y: 0 }, view, size)
  const end = drawn({ x: 500, y: 100 }, view, size)
  expect(start.x).toBeGreaterThan(0)
  expect(end.x).toBeLessThan(300)
  expect(beyond(bounds, view, size)).toEqual({ left: false, up: false, right: false, down: false })
  const one = fit({ left: 3, top: 3, right: 3, bottom: 3 }, size)
  expect(one.scale).toBeLessThanOrEqual(MOST_SCALE)
  expect(drawn({ x: 3, y: 3 }, one, size)).toEqual({ x: 150, y: 100 })
})

test('closer ends at the closest, farther at the whole', () => {
  const size = { width: 300, height: 300 }
  const whole = fit({ left: 0, top: 0, right: 300, bottom: 300 }, size)
  let view = whole
  for (let tap = 0; tap < 20; tap += 1) view = zoom(view, 1.6, whole)
  expect(view.scale).toBe(MOST_SCALE)
  expect(beyond({ left: 0, top: 0, right: 300, bottom: 300 }, view, size).left).toBe(true)
  const moved = { ...view, x: 20 }
  let back = moved
  for (let tap = 0; tap < 20; tap += 1) back = zoom(back, 1 / 1.6, whole)
  expect(back).toEqual(whole)
})

test('pins never cover each other, and everything is in one of them', () => {
  const pins = Array.from({ length: 3000 }, (_, thing) => ({
    thing,
    spot: { x: (thing * 37.7) % 900, y: (thing * 91.3) % 700 },
  }))
  const clusters = clustersOf(pins, 56)
  const all = clusters.flatMap(({ things }) => things)
  expect(new Set(all).size).toBe(3000)
  expect(clusters.length).toBeLessThan(300)
  for (const [at, one] of clusters.entries()) {
    for (const other of clusters.slice(at + 1)) {
      const away = Math.max(
        Math.abs(one.spot.x - other.spot.x),
        Math.abs(one.spot.y - other.spot.y),
      )
      expect(away).toBeGreaterThanOrEqual(56)
    }
  }
  expect(clusters[0]?.spot).toEqual({ x: 0, y: 0 })
})

test('a case with a wrong position does not make the grid a dot', () => {
  const border: [number, number][] = [
    [116.4, 39.9],
    [116.41, 39.9],
    [116.41, 39.91],
    [116.4, 39.91],
  ]
  const map = {
    ...{ own: { grid, border: [border] }, neighbours: [], cases: [], more_case_count: 0 },
    ...{ buildings: [], places: [], components: [], more_component_count: 0 },
  }
  const alone = groundOf(map, [])
  expect(groundOf(map, [[117, 40]])?.bounds).toEqual(alone?.bounds)
  const near = groundOf(map, [[116.412, 39.9]])
  expect(near?.bounds.right).toBeGreaterThan(alone?.bounds.right ?? 0)
  expect(groundOf({ ...map, own: { grid, border: [] } }, [])).toBeUndefined()
})

test('a name on a pin is short', () => {
  expect(['12号楼', '甲 3 号楼', '忠实里南街112号', '南门', '楼'].map(shortName)).toEqual([
    '12',
    '甲3',
    '112',
    '南门',
    '楼',
  ])
  expect(boundsOf([])).toBeUndefined()
})
