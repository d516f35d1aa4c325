import { describe, expect, test } from 'vitest'
import zh from '../locales/zh-CN.json'
import { ago, bytes, clockSeconds, date, distance, moment, span, type Translate } from './format'

const texts: Record<string, string> = zh
const t: Translate = (key, named = {}) =>
  (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(named[name]))

const at = (...parts: [number, number, number, number, number]) =>
  new Date(parts[0], parts[1] - 1, parts[2], parts[3], parts[4]).getTime()

describe('moments', () => {
  const now = at(2026, 5, 12, 10, 32)

  test.each([
    [at(2026, 5, 12, 9, 3), '今天 09:03'],
    [at(2026, 5, 12, 0, 0), '今天 00:00'],
    [at(2026, 5, 11, 23, 59), '昨天 23:59'],
    [at(2026, 5, 13, 17, 0), '明天 17:00'],
    [at(2026, 5, 10, 9, 3), '5月10日 09:03'],
    [at(2025, 12, 31, 9, 3), '2025年12月31日 09:03'],
  ])('%d reads %s', (time, expected) => {
    expect(moment(time, now, 'zh-CN', t)).toBe(expected)
  })

  test('a brief moment leaves today out', () => {
    expect(moment(at(2026, 5, 12, 9, 3), now, 'zh-CN', t, true)).toBe('09:03')
    expect(moment(at(2026, 5, 11, 9, 3), now, 'zh-CN', t, true)).toBe('昨天 09:03')
  })

  test('a day names its year when it is another one', () => {
    expect(date(at(2026, 12, 1, 9, 3), now, 'zh-CN')).toBe('12月1日')
    expect(date(at(2027, 5, 12, 9, 3), now, 'zh-CN')).toBe('2027年5月12日')
    expect(date(at(2027, 5, 12, 9, 3), now, 'en')).toBe('May 12, 2027')
  })

  test('seconds are there when somebody must see that it is new', () => {
    expect(clockSeconds(at(2026, 5, 12, 9, 3) + 12_000)).toBe('09:03:12')
  })
})

test.each([
  [-5, '1\u00a0分钟'],
  [20_000, '1\u00a0分钟'],
  [22 * 60_000, '22\u00a0分钟'],
  [6.1 * 3_600_000, '6\u00a0小时'],
  [47 * 3_600_000, '47\u00a0小时'],
  [48 * 3_600_000, '2\u00a0天'],
])('a span of %d ms is %s', (length, expected) => {
  expect(span(length, t)).toBe(expected)
})

test('less than a minute ago is now', () => {
  expect(ago(1000, 60_999, t)).toBe('刚刚')
  expect(ago(1000, 61_000, t)).toBe('1\u00a0分钟前')
})

test.each([
  [400, '1 KB'],
  [310_000, '310 KB'],
  [6_240_000, '6.2 MB'],
  [18_400_000, '18 MB'],
])('%d bytes are %s', (size, expected) => {
  expect(bytes(size)).toBe(expected)
})

test('metres, then kilometres', () => {
  expect(distance(86.4, t)).toBe('86 米')
  expect(distance(1240, t)).toBe('1.2 公里')
})
