/** What a visit was about. */
export const TOPICS = ['needs', 'safety', 'follow_up'] as const
export type Topic = (typeof TOPICS)[number]

/** When to come again. */
export const AGAIN = ['week', 'month', 'open'] as const
export type Again = (typeof AGAIN)[number]

const DAYS: Record<Again, number | null> = { week: 7, month: 30, open: null }
const DAY = 86_400_000

/** The moment of the next visit; nothing when it is left open. */
export function againAt(again: Again, now: number): number | null {
  const days = DAYS[again]
  return days === null ? null : now + days * DAY
}
