import { expect, test } from 'vitest'
import { countIssue, countOf, floorIssue, nameIssue, noteIssue, phoneIssue } from './rules'

test.each([
  ['张先生家', undefined],
  ['  30号楼1单元101 张先生家 ', undefined],
  ['O’Brien', undefined],
  ['أحمد', undefined],
  ['', 'empty'],
  ['   ', 'empty'],
  ['张先生😀', 'emoji'],
  ['❤️家', 'emoji'],
  ['🇨🇳', 'emoji'],
  ['张\u202e伟', 'hidden'],
  ['张\u0000伟', 'hidden'],
  ['张\u200b伟', 'hidden'],
  ['张\n伟', 'hidden'],
  ['<b>张</b>', 'markup'],
  ['张'.repeat(42), undefined],
  ['张'.repeat(43), 'long'],
])('a name: %j is %s', (text, issue) => {
  expect(nameIssue(text)).toBe(issue)
})

test('a name that may be absent may be empty', () => {
  expect(nameIssue('', 128, false)).toBeUndefined()
})

test.each([
  ['要扶手\n下午来', undefined],
  ['', undefined],
  ['压力 < 3 😀', undefined],
  ['\u202eabc', 'hidden'],
  ['话'.repeat(2731), 'long'],
])('a note: %j', (text, issue) => {
  expect(noteIssue(text)).toBe(issue)
})

test.each([
  ['990 1234-2210', undefined],
  ['+8699012342210', undefined],
  ['12', 'phone'],
  ['1'.repeat(21), 'phone'],
  ['99012a42210', 'phone'],
  ['９９０１２３４', 'phone'],
  ['<script>', 'phone'],
  ['', 'empty'],
])('a number: %j', (text, issue) => {
  expect(phoneIssue(text)).toBe(issue)
})

test.each([
  ['', undefined, null],
  ['3', undefined, 3],
  ['99', undefined, 99],
  ['100', 'count', 100],
  ['-1', 'count', -1],
  ['三', 'count', NaN],
])('a count: %j', (text, issue, value) => {
  expect(countIssue(text)).toBe(issue)
  expect(countOf(text)).toBe(value)
})

test.each([
  ['', undefined],
  ['5', undefined],
  ['-2', undefined],
  ['5层', 'floor'],
  ['1000', 'floor'],
  ['1.5', 'floor'],
])('a floor: %j', (text, issue) => {
  expect(floorIssue(text)).toBe(issue)
})
