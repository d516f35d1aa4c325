import { expect, test } from 'vitest'
import { parseDegrees } from './coordinates'
import { emptyDraft, parseDraft } from './draft'

test.each([
  ['116.4357', 180, 116.4357],
  [' -39,8981 ', 90, -39.8981],
  ['39，5', 90, 39.5],
  ['90', 90, 90],
  ['90.1', 90, null],
  ['1e2', 180, null],
  ['116.43x', 180, null],
  ['', 180, null],
] as const)('%j within ±%d is %j', (text, limit, expected) => {
  expect(parseDegrees(text, limit)).toBe(expected)
})

test.each([null, '', 'no json', '3', 'null'])('the draft %j is read as an empty one', (content) => {
  expect(parseDraft(content)).toEqual(emptyDraft())
})

test('a draft of an older version gets what it lacks', () => {
  expect(parseDraft('{"note":"井盖"}')).toEqual({ ...emptyDraft(), note: '井盖' })
})
