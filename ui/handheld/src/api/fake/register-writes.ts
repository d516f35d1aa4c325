import type {
  ContactInput,
  EnrolmentInput,
  HouseholdInput,
  JoinInput,
  MoveIn,
  PhoneInput,
  SettleInput,
  SplitInput,
  VisitInput,
} from '@linli/ui-shared'
import { ApiError } from '../error'
import { fits, isThere, isWithin, wrong } from './limits'
import { emptyHome, type FakeContact, type FakeHome, type FakeTown } from './register-data'
import { contactOf, homeOf } from './register-reads'
import { voiceOf } from './sounds'

/** What the real engine decides about saves, as far as the screens depend on it. */

let number = 0
export const newId = (mark: string) => `${mark}-new-${(number += 1)}`

function refused(reason: string): ApiError {
  return new ApiError({ code: 'refused', params: { reason } })
}

function plainNumber(text: string): string {
  const plain = text.replaceAll(/[\s-]/g, '')
  if (!/^\+?\d{3,20}$/.test(plain)) throw wrong('phones')
  return plain
}

function newContact(input: ContactInput, now: number): FakeContact {
  const { consent } = input
  if (!consent.consent || consent.expires_at <= now) throw wrong('consent_id')
  fits(input.name, 128, 'name')
  fits(input.hours, 256, 'hours')
  return {
    id: newId('p'),
    name: input.name,
    phones: input.phones.map((text) => ({
      id: newId('t'),
      number: plainNumber(text),
      label: null,
    })),
    language: input.language,
    hours: input.hours,
    consent,
  }
}

/** A text that the record's schema would take. */
export function checkForm(form: string | null): void {
  if (form !== null) isThere(form, 128, 'address_form')
}

/** How many people a household has, as its record allows. */
export function checkPeople(count: number | null): void {
  isWithin(count, 0, 99, 'people_count')
}

/** A field with two values is settled first. */
export function checkClash(home: FakeHome, record: string, fields: string[]): void {
  const isOpen = home.clashes.some(
    (clash) => clash.record === record && fields.includes(clash.field),
  )
  if (isOpen) throw refused('clash')
}

export function addHome(town: FakeTown, input: HouseholdInput, now: number): string {
  checkForm(input.address_form)
  checkPeople(input.people_count)
  const home = emptyHome(newId('h'), input.address_form.trim(), input.dwelling)
  home.people_count = input.people_count
  home.contacts = input.contacts.map((one) => newContact(one, now))
  town.homes.unshift(home)
  return home.id
}

export function moveIn(town: FakeTown, input: MoveIn, now: number): string {
  const home = homeOf(town, input.household)
  if (input.what === 'household') home.dwelling = input.dwelling
  if (input.what === 'person') home.contacts.push(newContact(input.person, now))
  if (input.what === 'contact') {
    const contact = contactOf(town, input.contact)
    const before = homeOf(town, input.contact)
    before.contacts = before.contacts.filter((one) => one !== contact)
    home.contacts.push(contact)
  }
  return home.id
}

export function splitHome(town: FakeTown, input: SplitInput): string {
  checkForm(input.address_form)
  checkPeople(input.people_count)
  const from = homeOf(town, input.household)
  const leaves = (id: string | null) => id !== null && input.contacts.includes(id)
  if (input.contacts.length === 0) throw wrong('contacts')
  const home = emptyHome(newId('h'), input.address_form, input.dwelling ?? from.dwelling)
  home.people_count = input.people_count
  home.contacts = from.contacts.filter((one) => leaves(one.id))
  home.enrolments = from.enrolments.filter((one) => leaves(one.contact))
  from.contacts = from.contacts.filter((one) => !leaves(one.id))
  from.enrolments = from.enrolments.filter((one) => !leaves(one.contact))
  town.homes.unshift(home)
  return home.id
}

export function joinHomes(town: FakeTown, input: JoinInput): string {
  if (input.from === input.into) throw wrong('into')
  checkPeople(input.people_count)
  const [from, into] = [homeOf(town, input.from), homeOf(town, input.into)]
  into.contacts.push(...from.contacts)
  into.enrolments.push(...from.enrolments)
  into.visits.push(...from.visits)
  const both =
    from.people_count !== null && into.people_count !== null
      ? from.people_count + into.people_count
      : null
  into.people_count = input.people_count ?? both ?? into.people_count
  town.homes = town.homes.filter((home) => home !== from)
  return into.id
}

export function correctPhone(town: FakeTown, { contact: id, change, forget }: PhoneInput): string {
  const contact = contactOf(town, id)
  if (change.change === 'add') {
    contact.phones.push({ id: newId('t'), number: plainNumber(change.number), label: change.label })
  } else {
    const at = contact.phones.findIndex((phone) => phone.id === change.phone)
    const old = contact.phones[at]
    if (!old) throw new ApiError({ code: 'not_found', params: {} })
    const right =
      change.change === 'replace'
        ? [{ ...old, id: newId('t'), number: plainNumber(change.number) }]
        : []
    contact.phones.splice(at, 1, ...right)
  }
  if (forget) contact.id = newId('p')
  return contact.id
}

export function noteVisit(town: FakeTown, input: VisitInput, now: number): string {
  const visited = input.visited_at ?? now
  if (input.next_visit_at !== null && input.next_visit_at <= visited) throw wrong('next_visit_at')
  fits(input.note, 8192, 'note')
  const { at_home, topic, note, next_visit_at, case_id } = input
  const id = newId('v')
  const expires = visited + 365 * 86_400_000
  homeOf(town, input.household).visits.unshift({
    ...{ id, visited_at: visited, at_home, topic, note, case_id, next_visit_at },
    voices: input.voice === null ? [] : [voiceOf(input.voice, now, 12_000)],
    expires_at: expires,
  })
  return id
}

export function enrol(town: FakeTown, input: EnrolmentInput, now: number): string {
  const lasts = input.consent.expires_at - now
  if (lasts <= 0 || lasts > 365 * 86_400_000) throw wrong('expires_at')
  fits(input.need, 1024, 'need')
  const { contact, service, need, provider, consent } = input
  const id = newId('n')
  const enrolment = { id, contact, service, need, provider, consent, starts_at: now }
  homeOf(town, input.household).enrolments.push(enrolment)
  return id
}

export function settle(town: FakeTown, { record, field, settlement }: SettleInput): string {
  const home = town.homes.find((one) => one.clashes.some((clash) => clash.record === record))
  const clash = home?.clashes.find((one) => one.record === record && one.field === field)
  if (!home || !clash) throw new ApiError({ code: 'not_found', params: {} })
  if (settlement.choose === 'all' && !clash.can_keep_all) throw wrong('settlement')
  const contact = home.contacts.find((one) => one.id === record)
  if (contact && field === 'phones') {
    const ids = clash.versions.map((version) => version.id)
    if (settlement.choose !== 'all') {
      const stays = settlement.choose === 'version' ? settlement.id : ''
      contact.phones = contact.phones.filter(({ id }) => id === stays || !ids.includes(id))
    }
    if (settlement.choose === 'other') {
      const right = plainNumber(settlement.value)
      contact.phones.push({ id: newId('t'), number: right, label: null })
    }
  } else if (field === 'people_count') {
    const chosen =
      settlement.choose === 'version'
        ? clash.versions.find(({ id }) => id === settlement.id)?.value
        : settlement.choose === 'other'
          ? settlement.value
          : undefined
    if (!/^\d{1,2}$/.test(chosen?.trim() ?? '')) throw wrong('value')
    home.people_count = Number(chosen)
  }
  home.clashes = home.clashes.filter((one) => one !== clash)
  return record
}
