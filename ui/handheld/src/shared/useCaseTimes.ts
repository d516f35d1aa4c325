import { useText, type CaseRow, type WorkStateDto } from '@linli/ui-shared'

const ended: readonly WorkStateDto[] = ['closed', 'evaluated', 'declined', 'merged', 'voided']

/** Whether somebody still has something to do about it. */
export function isOpen(work: WorkStateDto): boolean {
  return !ended.includes(work)
}

/** How old a case is and how much time is left, in words. */
export function useCaseTimes() {
  const { t, time, span, now } = useText()

  /** Until when the present step is due, and how long that is; null without a due time. */
  function due(row: CaseRow): string | null {
    return row.due_at === null
      ? null
      : t(isLate(row.due_at) ? 'case.overdue' : 'case.due', of(row.due_at))
  }

  /** The same beside a label that says what it is. */
  function until(row: CaseRow): string | null {
    return row.due_at === null
      ? null
      : t(isLate(row.due_at) ? 'case.late' : 'case.until', of(row.due_at))
  }

  const isLate = (at: number) => at < now.value
  const of = (at: number) => ({ time: time(at), span: span(Math.abs(at - now.value)) })

  /** How long it has been reported while it is open; afterwards when that was. */
  function age(row: CaseRow): string {
    if (!isOpen(row.work)) return time(row.reported_at, true)
    return t('case.age', { span: span(now.value - row.reported_at) })
  }

  return { due, until, age }
}
