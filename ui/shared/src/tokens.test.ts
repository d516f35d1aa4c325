import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8').replace(
  /\/\*[\s\S]*?\*\//g,
  '',
)

function blockOf(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`)
  const body = css.slice(css.indexOf('{', start) + 1, css.indexOf('}', start))
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((match) => [match[1], match[2]]),
  )
}

const base = blockOf(':root')
const themes: Record<string, Record<string, string>> = {
  light: base,
  dark: { ...base, ...blockOf(":root[data-theme='dark']") },
  sunlight: { ...base, ...blockOf(":root[data-theme='sunlight']") },
}

/** Relative luminance of WCAG 2.2. */
function luminance(colour: string): number {
  const channels = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
  const [r = 0, g = 0, b = 0] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(theme: string, first: string, second: string): number {
  const [a, b] = [first, second].map((name) => {
    const colour = themes[theme]?.[name]
    if (!colour || !/^#[0-9a-f]{6}$/.test(colour)) throw new Error(`${theme} has no colour ${name}`)
    return luminance(colour)
  }) as [number, number]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

const states = ['neutral', 'waiting', 'sending', 'received', 'returned', 'conflict', 'unknown']

describe.each(Object.keys(themes))('%s', (theme) => {
  const least = theme === 'sunlight' ? 7 : 4.5

  test.each(['text', 'text-2', 'text-3'])('%s on every ground', (text) => {
    for (const ground of ['bg', 'surface', 'surface-2']) {
      expect(contrast(theme, text, ground), ground).toBeGreaterThanOrEqual(least)
    }
  })

  test.each(states)('state %s on its tint', (state) => {
    expect(contrast(theme, `st-${state}`, `st-${state}-tint`)).toBeGreaterThanOrEqual(least)
  })

  test('words on buttons, rings and of faults', () => {
    expect(contrast(theme, 'on-primary', 'primary')).toBeGreaterThanOrEqual(least)
    expect(contrast(theme, 'primary', 'primary-weak')).toBeGreaterThanOrEqual(least)
    expect(contrast(theme, 'primary', 'surface')).toBeGreaterThanOrEqual(least)
    expect(contrast(theme, 'primary', 'bg')).toBeGreaterThanOrEqual(least)
    expect(contrast(theme, 'on-ring', 'ring')).toBeGreaterThanOrEqual(least)
    expect(contrast(theme, 'alert', 'surface')).toBeGreaterThanOrEqual(least)
    expect(contrast(theme, 'alert', 'bg')).toBeGreaterThanOrEqual(least)
  })

  test('lines of inputs, rings and the focus ring', () => {
    for (const ground of ['bg', 'surface']) {
      expect(contrast(theme, 'border', ground)).toBeGreaterThanOrEqual(3)
      expect(contrast(theme, 'ring', ground)).toBeGreaterThanOrEqual(3)
      expect(contrast(theme, 'primary', ground)).toBeGreaterThanOrEqual(3)
      expect(contrast(theme, 'text-2', ground)).toBeGreaterThanOrEqual(3)
    }
  })
})

test('no text is smaller than 14 px, no target below 48 px', () => {
  expect(parseFloat(/(\d+)px/.exec(base['font-label'] ?? '')?.[1] ?? '0')).toBe(14)
  expect(base.target).toBe('48px')
  expect(base['target-primary']).toBe('64px')
})

test('Vant speaks in our tokens only', () => {
  const vant = blockOf(':root:root')
  expect(Object.keys(vant).length).toBeGreaterThan(40)
  for (const [name, value] of Object.entries(vant)) {
    if (/#[0-9a-f]{3}/i.test(value)) throw new Error(`${name} has a colour of its own`)
  }
})
