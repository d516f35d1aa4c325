import type {
  ContactDto,
  DwellingList,
  DwellingQuery,
  HouseholdCard,
  HouseholdList,
  HouseholdQuery,
  HouseholdRow,
} from '@linli/ui-shared'
import { ApiError } from '../error'
import type { FakeContact, FakeDwelling, FakeHome, FakeTown } from './register-data'
import { fitsInitials } from './register-names'

/** What the real engine answers from its rows and keys. */

const MOST = 200

export function masked(number: string): string {
  if (number.length < 9) return `${number.slice(0, 1)}****${number.slice(-2)}`
  return `${number.slice(0, 3)}${'*'.repeat(number.length - 7)}${number.slice(-4)}`
}

export function doorOf(town: FakeTown, id: string | null): string {
  const dwelling = town.dwellings.find((one) => one.id === id)
  if (!dwelling) return ''
  const building = town.buildings.find((one) => one.id === dwelling.building)
  const entrance = town.entrances.find((one) => one.id === dwelling.entrance)
  return `${building?.name ?? ''}${entrance?.name ?? ''}${dwelling.unit}`
}

export function homeOf(town: FakeTown, id: string): FakeHome {
  const home = town.homes.find(
    (one) => one.id === id || one.contacts.some((contact) => contact.id === id),
  )
  if (!home) throw new ApiError({ code: 'not_found', params: {} })
  return home
}

export function contactOf(town: FakeTown, id: string): FakeContact {
  const found = homeOf(town, id).contacts.find((contact) => contact.id === id)
  if (!found) throw new ApiError({ code: 'not_found', params: {} })
  return found
}

function rowOf(town: FakeTown, home: FakeHome, who?: FakeContact): HouseholdRow {
  const contact = who ?? home.contacts[0]
  const phone = contact?.phones[0]
  return {
    id: home.id,
    address_form: home.address_form,
    door: doorOf(town, home.dwelling),
    dwelling: home.dwelling,
    people_count: home.people_count,
    contact: contact?.id ?? null,
    name: contact?.name ?? null,
    phone: phone ? masked(phone.number) : null,
    last_visit_at: home.visits[0]?.visited_at ?? null,
    clash_count: home.clashes.length,
  }
}

const numbersOf = (door: string) => door.match(/\d+/g)?.join('-') ?? ''

/** Whether a word fits a door, also one that was typed without hyphens. */
function fitsDoor(door: string, word: string): boolean {
  const typed = numbersOf(word)
  const numbers = numbersOf(door)
  const isWhole = `-${numbers}-`.includes(`-${typed}-`)
  return typed !== '' && (isWhole || numbers.replaceAll('-', '').endsWith(typed))
}

function fits(town: FakeTown, home: FakeHome, who: FakeContact | undefined, word: string) {
  const door = doorOf(town, home.dwelling) || home.address_form
  if (/^\d{4,}$/.test(word) && who?.phones.some(({ number }) => number.endsWith(word))) return true
  if (/\d/.test(word)) return fitsDoor(door, word)
  if (/^[a-z]+$/i.test(word)) return fitsInitials(who?.name ?? home.address_form, word)
  return (who?.name ?? '').includes(word) || home.address_form.includes(word)
}

export function households(town: FakeTown, query: HouseholdQuery): HouseholdList {
  const words = query.text?.trim().split(/\s+/).filter(Boolean) ?? []
  const place = (home: FakeHome) => {
    const at = town.dwellings.find((one) => one.id === home.dwelling)
    return (
      (!query.building || at?.building === query.building) &&
      (!query.entrance || at?.entrance === query.entrance) &&
      (!query.dwelling || at?.id === query.dwelling)
    )
  }
  const rows = town.homes.flatMap((home) => {
    if (words.length === 0) return place(home) ? [rowOf(town, home)] : []
    const people = home.contacts.length > 0 ? home.contacts : [undefined]
    const found = people.filter((who) => words.every((word) => fits(town, home, who, word)))
    return found.map((who) => rowOf(town, home, who))
  })
  const { offset, limit } = query.page
  return { rows: rows.slice(offset, offset + Math.min(limit, MOST)), total_count: rows.length }
}

export function dwellings(town: FakeTown, query: DwellingQuery): DwellingList {
  const all = town.dwellings.filter(
    (one) =>
      (!query.building || one.building === query.building) &&
      (!query.entrance || one.entrance === query.entrance),
  )
  const row = (one: FakeDwelling) => {
    const homes = town.homes.filter((home) => home.dwelling === one.id)
    return {
      id: one.id,
      door: doorOf(town, one.id),
      unit: one.unit,
      floor: one.floor,
      households: homes.map((home) => home.id),
      address_form: homes[0]?.address_form ?? null,
    }
  }
  const { offset, limit } = query.page
  return {
    rows: all.slice(offset, offset + Math.min(limit, MOST)).map(row),
    total_count: all.length,
  }
}

function contactDto(contact: FakeContact): ContactDto {
  return {
    ...contact,
    phones: contact.phones.map(({ id, number, label }) => ({ id, masked: masked(number), label })),
  }
}

export function card(town: FakeTown, id: string, accessCount: number): HouseholdCard {
  const home = homeOf(town, id)
  return {
    row: rowOf(town, home),
    contacts: home.contacts.map(contactDto),
    enrolments: home.enrolments,
    visits: home.visits,
    clashes: home.clashes,
    access_count: accessCount,
  }
}
