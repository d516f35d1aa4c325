import { expect, test } from 'vitest'
import { isolate, isolated } from './isolate'

test.each([
  ['张先生家', '张先生家'],
  ['<b>x</b>', '<b>x</b>'],
  ['بيت أحمد', '\u2068بيت أحمد\u2069'],
  ['a\u202egnp.exe', '\u2068agnp.exe\u2069'],
  // An end that nothing opened must not end what stands around it.
  ['x\u2069\u202ey', '\u2068xy\u2069'],
])('%j is shown as %j', (text, shown) => {
  expect(isolate(text)).toBe(shown)
})

test('numbers and flags stay what they are', () => {
  expect(isolated({ n: 3, who: 'أ', is: true })).toEqual({ n: 3, who: '\u2068أ\u2069', is: true })
})
