import type { MessageRow } from '@linli/ui-shared'

/** Messages of one day. */
export interface MessageDay {
  /** When the first of them came. */
  at: number
  rows: MessageRow[]
}

/** Parts messages by the day on which they came, by the device's own calendar. */
export function daysOf(rows: readonly MessageRow[]): MessageDay[] {
  const days: MessageDay[] = []
  for (const row of rows) {
    const last = days.at(-1)
    const isSame = last && new Date(last.at).toDateString() === new Date(row.at).toDateString()
    if (isSame) last.rows.push(row)
    else days.push({ at: row.at, rows: [row] })
  }
  return days
}
