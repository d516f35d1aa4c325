import type { IconName, TaskKind } from '@linli/ui-shared'
import type { RouteLocationRaw } from 'vue-router'

/** Each task has a symbol of its own shape. */
export const taskIcons: Record<TaskKind, IconName> = {
  check: 'clipboard-check',
  verify: 'search-check',
  amend: 'undo-2',
  overtaken: 'info',
}

/** Screens where a task is done at once; the others are done in the case. */
const screens: Record<TaskKind, 'case' | 'check' | 'verify'> = {
  check: 'check',
  verify: 'verify',
  amend: 'case',
  overtaken: 'case',
}

/** Where a task is done; without one, the case itself. */
export function taskTarget(id: string, task: TaskKind | null): RouteLocationRaw {
  return { name: task ? screens[task] : 'case', params: { id } }
}
