import type { WorkCount, WorkStateDto } from '@linli/ui-shared'

/** Work states as people ask for them. Every state is in exactly one group: none is only under "all". */
export const workGroups = {
  to_file: ['reported', 'verifying'],
  to_dispatch: ['filed'],
  in_work: ['dispatched', 'handling', 'handled'],
  put_off: ['on_hold'],
  to_check: ['checking', 'feedback'],
  done: ['closed', 'evaluated'],
  not_taken: ['declined', 'merged', 'voided'],
} satisfies Record<string, WorkStateDto[]>

export type WorkGroup = keyof typeof workGroups

export const groupNames = Object.keys(workGroups) as WorkGroup[]

/** How many cases stand in a group. */
export function countOf(group: WorkGroup, works: readonly WorkCount[]): number {
  const states: readonly WorkStateDto[] = workGroups[group]
  return works.reduce((sum, { work, count }) => sum + (states.includes(work) ? count : 0), 0)
}
