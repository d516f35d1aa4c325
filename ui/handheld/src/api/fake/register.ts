import type { AccessRow, Noun, SavedRecord } from '@linli/ui-shared'
import type { Api } from '../api'
import { ApiError } from '../error'
import { fits } from './limits'
import { staff } from './reference'
import { invented, type FakeTown } from './register-data'
import * as reads from './register-reads'
import * as writes from './register-writes'
import type { World } from './scenario'

/** What a record that was written is counted as. */
export type Written = 'component' | 'register' | 'visit'

/** The register's part of the fake engine. */
export abstract class FakeRegister {
  abstract readonly now: () => number
  abstract readonly world: World
  abstract tell(nouns: Noun[]): void

  readonly town: FakeTown
  readonly log: AccessRow[] = []
  readonly waitingRecords = new Set<string>()
  /** Everything that was written to the register, and when. */
  readonly written: { what: Written; at: number }[] = []
  /** Whether the community was not heard for so long that households are hidden. */
  isLeaseOver = false

  constructor(now: number, isEmpty: boolean) {
    const town = invented(now)
    this.town = isEmpty ? { buildings: [], entrances: [], dwellings: [], homes: [] } : town
  }

  listHouseholds: Api['listHouseholds'] = async (query) => {
    this.checkLease()
    return structuredClone(reads.households(this.town, query))
  }

  findHousehold: Api['findHousehold'] = async (id) => {
    this.checkLease()
    const home = reads.homeOf(this.town, id)
    const looks = this.log.filter((row) => this.isAbout(row, home.id))
    return structuredClone(reads.card(this.town, id, looks.length))
  }

  listBuildings: Api['listBuildings'] = async () =>
    this.town.buildings.map(({ id, name }) => {
      const dwellings = this.town.dwellings.filter((one) => one.building === id)
      const homes = this.town.homes.filter((home) =>
        dwellings.some((dwelling) => dwelling.id === home.dwelling),
      )
      return {
        id,
        name,
        position: null,
        entrance_count: this.town.entrances.filter((one) => one.building === id).length,
        dwelling_count: dwellings.length,
        household_count: homes.length,
      }
    })

  listEntrances: Api['listEntrances'] = async (building) =>
    this.town.entrances
      .filter((one) => one.building === building)
      .map(({ id, name }) => {
        const { rows, total_count } = reads.dwellings(this.town, {
          building: null,
          entrance: id,
          page: { offset: 0, limit: 200 },
        })
        const lived = rows.filter((row) => row.households.length > 0)
        return { id, name, dwelling_count: total_count, household_count: lived.length }
      })

  listDwellings: Api['listDwellings'] = async (query) =>
    structuredClone(reads.dwellings(this.town, query))

  addHousehold: Api['addHousehold'] = async (input) =>
    this.saved(writes.addHome(this.town, input, this.now()))

  editHousehold: Api['editHousehold'] = async (input) => {
    const home = reads.homeOf(this.town, input.household)
    writes.checkForm(input.address_form)
    writes.checkPeople(input.people_count)
    if (input.address_form !== null) writes.checkClash(home, home.id, ['address_form'])
    if (input.people_count !== null) writes.checkClash(home, home.id, ['people_count'])
    home.address_form = input.address_form ?? home.address_form
    home.people_count = input.people_count ?? home.people_count
    return this.saved(home.id)
  }

  moveIn: Api['moveIn'] = async (input) => this.saved(writes.moveIn(this.town, input, this.now()))

  moveOut: Api['moveOut'] = async (household) => {
    this.town.homes = this.town.homes.filter((home) => home.id !== household)
    return this.saved(household)
  }

  splitHousehold: Api['splitHousehold'] = async (input) =>
    this.saved(writes.splitHome(this.town, input))

  joinHouseholds: Api['joinHouseholds'] = async (input) =>
    this.saved(writes.joinHomes(this.town, input))

  editContact: Api['editContact'] = async (input) => {
    const contact = reads.contactOf(this.town, input.contact)
    fits(input.name, 128, 'name')
    fits(input.hours, 256, 'hours')
    if (input.name !== null) contact.name = input.name || null
    if (input.hours !== null) contact.hours = input.hours || null
    if (input.consent) contact.consent = input.consent
    return this.saved(contact.id)
  }

  correctPhone: Api['correctPhone'] = async (input) =>
    this.saved(writes.correctPhone(this.town, input))

  reveal: Api['reveal'] = async ({ contact: id, purpose, task }) => {
    const contact = reads.contactOf(this.town, id)
    const me = staff[0]
    this.log.unshift({
      number: this.log.length + 1,
      at: this.now(),
      staff: me?.id ?? '',
      staff_name: me?.name ?? '',
      role: me?.role ?? '',
      record: id,
      purpose,
      task,
    })
    this.tell(['register'])
    const phones = contact.phones.map((phone) => phone.number)
    return { contact: id, phones, entry: this.log.length }
  }

  accessLog: Api['accessLog'] = async (record) => ({
    rows: this.log.filter((row) => record === null || this.isAbout(row, record)),
    is_sound: true,
  })

  noteVisit: Api['noteVisit'] = async (input) =>
    this.saved(writes.noteVisit(this.town, input, this.now()), 'visit')

  linkVisit: Api['linkVisit'] = async (visit, caseId) => {
    const found = this.town.homes.flatMap((home) => home.visits).find((one) => one.id === visit)
    if (!found) throw new ApiError({ code: 'not_found', params: {} })
    found.case_id = caseId
    return this.saved(visit)
  }

  enrolService: Api['enrolService'] = async (input) =>
    this.saved(writes.enrol(this.town, input, this.now()))

  endService: Api['endService'] = async (enrolment) => {
    for (const home of this.town.homes) {
      home.enrolments = home.enrolments.filter((one) => one.id !== enrolment)
    }
    return this.saved(enrolment)
  }

  listClashes: Api['listClashes'] = async (household) => {
    this.checkLease()
    const all = this.town.homes.flatMap((home) => home.clashes)
    return structuredClone(all.filter((one) => !household || one.household === household))
  }

  settleClash: Api['settleClash'] = async (input) => this.saved(writes.settle(this.town, input))

  protected saved(id: string, what: Written = 'register'): SavedRecord {
    this.written.push({ what, at: this.now() })
    const { sync } = this.world
    if (sync.strip === 'offline' && !this.waitingRecords.has(id)) {
      this.waitingRecords.add(id)
      sync.waiting_count += 1
    }
    this.tell(['register', 'sync', 'outbox', 'patrol'])
    return { id, at: this.now() }
  }

  private isAbout(row: AccessRow, record: string): boolean {
    const home = this.town.homes.find((one) => one.id === record)
    return row.record === record || !!home?.contacts.some((one) => one.id === row.record)
  }

  private checkLease(): void {
    if (this.isLeaseOver) throw new ApiError({ code: 'refused', params: { reason: 'lease_over' } })
  }
}
