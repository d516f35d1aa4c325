import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  FLOORS,
  LINE_BYTES,
  NAME_BYTES,
  NEED_BYTES,
  NOTE_BYTES,
  PLACE_BYTES,
  UNIT_BYTES,
} from '../../shared/form/rules'
import { FakeEngine } from '../fake'

const crates = join(import.meta.dirname, '../../../../../crates')
const schema = readFileSync(join(crates, 'records/src/schema/kinds.rs'), 'utf8')

/** The fields of a kind of record, as its schema declares them. */
function declared(kind: string, field: string): number[] {
  const [, table = ''] =
    new RegExp(`const ${kind}: &\\[Field\\] = &\\[([^;]*)\\];`).exec(schema) ?? []
  const [, kindOf = ''] =
    new RegExp(`"${field}",\\s*FieldType::\\w+\\(([^)]*)\\)`).exec(table) ?? []
  return kindOf.split(',').map(Number)
}

test.each([
  ['HOUSEHOLD', 'address_form', [NAME_BYTES]],
  ['HOUSEHOLD', 'people_count', [0, 99]],
  ['CONTACT', 'name', [NAME_BYTES]],
  ['CONTACT', 'hours', [LINE_BYTES]],
  ['ENROLMENT', 'need', [NEED_BYTES]],
  ['VISIT', 'note', [NOTE_BYTES]],
  ['BUILDING', 'name', [NAME_BYTES]],
  ['ENTRANCE', 'name', [NAME_BYTES]],
  ['DWELLING', 'unit', [UNIT_BYTES]],
  ['DWELLING', 'floor', [...FLOORS]],
  ['CASE', 'place', [PLACE_BYTES]],
  ['CASE', 'note', [NOTE_BYTES]],
])('the forms take of %s.%s what its record takes', (kind, field, limits) => {
  expect(declared(kind, field)).toEqual(limits)
})

const text = (bytes: number) => 'x'.repeat(bytes)
const consent = {
  purpose: 'register',
  legal_basis: 'consent',
  consent: 'spoken-20260101',
  expires_at: Date.now() + 86_400_000,
}
const report = {
  category: '06003',
  urgency: 'ordinary' as const,
  position: null,
  place: '门口',
  note: null,
  photos: [],
  no_photo_reason: 'cannot_see' as const,
  voice: null,
}
const add = { dwelling: null, people_count: null, contacts: [] }
const door = { building: 'b-1', entrance: null, floor: null }
const service = { household: 'h-zhang', contact: null, service: 'meal', provider: null, consent }
const visit = {
  ...{ household: 'h-zhang', visited_at: null, at_home: true, topic: null, voice: null },
  ...{ next_visit_at: null, case_id: null },
}

const refusals: [string, string, (engine: FakeEngine) => Promise<unknown>][] = [
  ['report', 'note', (engine) => engine.report({ ...report, note: text(8193) })],
  ['report', 'place', (engine) => engine.report({ ...report, place: text(513) })],
  ['report', 'place', (engine) => engine.report({ ...report, place: null })],
  ['report', 'photos', (engine) => engine.report({ ...report, no_photo_reason: null })],
  ['a household', 'address_form', (e) => e.addHousehold({ ...add, address_form: ' ' })],
  ['a household', 'address_form', (e) => e.addHousehold({ ...add, address_form: text(129) })],
  [
    'its people',
    'people_count',
    (e) => e.addHousehold({ ...add, address_form: '家', people_count: 100 }),
  ],
  ['a building', 'name', (e) => e.addBuilding({ name: '', position: null })],
  ['a building', 'name', (e) => e.addBuilding({ name: text(129), position: null })],
  ['a dwelling', 'unit', (e) => e.addDwelling({ ...door, unit: text(65) })],
  ['its floor', 'floor', (e) => e.addDwelling({ ...door, unit: '1', floor: 301 })],
  ['a service', 'need', (e) => e.enrolService({ ...service, need: text(1025) })],
  ['a visit', 'note', (e) => e.noteVisit({ ...visit, note: text(8193) })],
  ['a draft', 'note', (e) => e.saveDraft('report', text(256 * 1024 + 1))],
]

test.each(refusals)('%s: the engine refuses a wrong %s by its code', async (_what, field, run) => {
  const engine = new FakeEngine({ scenario: 'connected' })
  await expect(run(engine)).rejects.toMatchObject({ code: 'input_invalid', params: { field } })
})
