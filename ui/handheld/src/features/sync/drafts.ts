import type { RouteLocationRaw } from 'vue-router'

/** What a draft is of, and where it goes on. */
export interface OpenDraft {
  kind: DraftKind
  to: RouteLocationRaw | null
}

export type DraftKind =
  | 'report'
  | 'check'
  | 'verify'
  | 'visit'
  | 'home_add'
  | 'building_add'
  | 'entrance_add'
  | 'dwelling_add'
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

/** A form about what is in a building, or behind one of its entrances. */
function behind(name: string, building = '', entrance = ''): RouteLocationRaw {
  return { name, params: entrance ? { building, entrance } : { building } }
}

/** How forms name their drafts, longer names before those that they begin with. */
const forms: [start: string, kind: DraftKind, to: Way][] = [
  ['check-', 'check', on('check')],
  ['verify-', 'verify', on('verify')],
  ['visit-', 'visit', on('visit')],
  ['home-add-', 'home_add', (dwelling) => ({ name: 'home-add', query: { dwelling } })],
  ['home-add', 'home_add', () => ({ name: 'home-add' })],
  ['building-add', 'building_add', () => ({ name: 'building-add' })],
  ['entrance-add-', 'entrance_add', (building) => behind('entrance-add', building)],
  ['dwelling-add-', 'dwelling_add', (way) => behind('dwelling-add', ...way.split('.'))],
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
