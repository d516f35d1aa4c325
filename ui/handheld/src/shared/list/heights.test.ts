import { expect, test } from 'vitest'
import { Heights } from './heights'

test('rows that were not seen are as high as usual, those that were have their own height', () => {
  const heights = new Heights(4, 110)
  expect([0, 1, 2, 3, 4].map((index) => heights.start(index))).toEqual([0, 110, 220, 330, 440])
  expect(heights.measure(1, 160)).toBe(true)
  expect(heights.measure(1, 160)).toBe(false)
  expect([0, 1, 2, 3, 4].map((index) => heights.start(index))).toEqual([0, 110, 270, 380, 490])
  heights.clear()
  expect(heights.start(4)).toBe(440)
})

test.each([
  [-50, 0],
  [0, 0],
  [109, 0],
  [110, 1],
  [269, 1],
  [270, 2],
  [1e9, 3],
])('at %d stands row %d', (distance, row) => {
  const heights = new Heights(4, 110)
  heights.measure(1, 160)
  expect(heights.at(distance)).toBe(row)
})

test('every row is found at its own beginning, in a list of thousands', () => {
  const heights = new Heights(3000, 144)
  for (let index = 0; index < 3000; index += 7) heights.measure(index, 60 + (index % 240))
  for (let index = 0; index < 3000; index += 1) expect(heights.at(heights.start(index))).toBe(index)
})

test('a list without rows, and one that shrinks', () => {
  expect(new Heights(0, 110).at(500)).toBe(0)
  const heights = new Heights(10, 110)
  heights.measure(9, 300)
  heights.resize(2)
  expect(heights.start(99)).toBe(220)
  expect(heights.at(5000)).toBe(1)
})
