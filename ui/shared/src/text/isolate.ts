/** Letters that run from right to left, and marks that turn the direction. */
const TURNS = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/
/** Marks that open or close a run by force: shown text does without them. */
const FORCED = /[\u202a-\u202e\u2066-\u2069]/g
const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'

/**
 * What a person wrote, to stand inside another sentence: its direction ends with it. An element of its
 * own has `dir="auto"` instead.
 */
export function isolate(text: string): string {
  if (!TURNS.test(text)) return text
  return FIRST_STRONG_ISOLATE + text.replace(FORCED, '') + POP_ISOLATE
}

/** Values for a text, those that people wrote isolated. */
export function isolated(named: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(named).map(([key, value]): [string, unknown] => [
    key,
    typeof value === 'string' ? isolate(value) : value,
  ])
  return Object.fromEntries(entries)
}
