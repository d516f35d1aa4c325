import { expect, test } from 'vitest'
import { added, areaAt, between, moved, resized, type Change, type Side } from './areas'

const area = { left: 100, top: 200, width: 300, height: 400 }

test.each([
  [{ x: 0.1, y: 0.2 }, { x: 0.4, y: 0.6 }, area],
  [{ x: 0.4, y: 0.6 }, { x: 0.1, y: 0.2 }, area],
  [
    { x: -0.3, y: 0.2 },
    { x: 1.7, y: 9 },
    { left: 0, top: 200, width: 1000, height: 800 },
  ],
  [
    { x: 0.1004, y: 0.2 },
    { x: 0.1996, y: 0.3 },
    { left: 100, top: 200, width: 100, height: 100 },
  ],
  [{ x: 0.5, y: 0.5 }, { x: 0.51, y: 0.9 }, null],
])('a stroke from %j to %j covers %j', (from, to, expected) => {
  expect(between(from, to)).toEqual(expected)
})

test.each<[Side, number, number]>([
  ['left', 75, 200],
  ['right', 125, 200],
  ['up', 100, 175],
  ['down', 100, 225],
])('one tap moves it %s', (side, left, top) => {
  expect(moved(area, side)).toEqual({ ...area, left, top })
})

test('it never leaves the picture, however often it is moved or grown', () => {
  let one = area
  const sides: Side[] = ['right', 'down', 'left', 'up']
  const changes: Change[] = ['wider', 'higher', 'narrower', 'lower']
  for (let turn = 0; turn < 4; turn += 1) {
    for (let count = 0; count < 50; count += 1) {
      one = resized(moved(one, sides[turn] ?? 'up'), changes[turn] ?? 'wider')
      expect(one.left).toBeGreaterThanOrEqual(0)
      expect(one.top).toBeGreaterThanOrEqual(0)
      expect(one.left + one.width).toBeLessThanOrEqual(1000)
      expect(one.top + one.height).toBeLessThanOrEqual(1000)
      expect(Math.min(one.width, one.height)).toBeGreaterThanOrEqual(30)
    }
  }
})

test('it grows and shrinks around its middle', () => {
  expect(resized(area, 'wider')).toEqual({ ...area, left: 75, width: 350 })
  expect(resized(area, 'lower')).toEqual({ ...area, top: 225, height: 350 })
})

test('new parts do not hide each other', () => {
  const first = added([])
  expect(added([first])).not.toEqual(first)
})

test('a tap finds the part on top', () => {
  const areas = [area, { ...area, left: 200 }]
  expect(areaAt(areas, { x: 0.3, y: 0.3 })).toBe(1)
  expect(areaAt(areas, { x: 0.15, y: 0.3 })).toBe(0)
  expect(areaAt(areas, { x: 0.9, y: 0.9 })).toBe(-1)
})
