import type { RouteLocationRaw } from 'vue-router'

/** What a draft is of, and where it goes on. */
export interface OpenDraft {
  kind: DraftKind
  to: RouteLocationRaw | null
}

export type DraftKind =
  | 'report'
  | 'check'
  | 'visit'
  | 'home_add'
  | 'home_edit'
  | 'enrol'
  | 'split'
  | 'person_add'
  | 'person'
  | 'phone'
  | 'other'

type Way = (rest: string) => RouteLocationRaw

/** A form of one household, or of a contact, whose card is found by either id. */
const on =
  (name: string): Way =>
  (id) => ({ name, params: { id } })

/** How forms name their drafts, longer names before those that they begin with. */
const forms: [start: string, kind: DraftKind, to: Way][] = [
  ['check-', 'check', on('check')],
  ['visit-', 'visit', on('visit')],
  ['home-add-', 'home_add', (dwelling) => ({ name: 'home-add', query: { dwelling } })],
  ['home-add', 'home_add', () => ({ name: 'home-add' })],
  ['home-edit-', 'home_edit', on('home-edit')],
  ['enrol-', 'enrol', on('home-enrol')],
  ['split-', 'split', on('home-split')],
  ['person-add-', 'person_add', on('home-person-add')],
  ['person-', 'person', on('household')],
  ['phone-', 'phone', (rest) => on('household')(rest.slice(0, rest.lastIndexOf('-')))],
]

/** The form that a draft's name means; of a newer program's drafts only that there is one. */
export function draftOf(name: string): OpenDraft {
  if (name === 'report') return { kind: 'report', to: { name: 'report' } }
  const form = forms.find(([start]) => name.startsWith(start))
  if (!form) return { kind: 'other', to: null }
  const [start, kind, to] = form
  return { kind, to: to(name.slice(start.length)) }
}
