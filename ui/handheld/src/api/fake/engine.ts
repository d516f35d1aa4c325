import type { CaseDetail, ChangeSet, Noun, SavedReport } from '@linli/ui-shared'
import type { Api } from '../api'
import { ApiError } from '../error'
import { FakeCarry } from './carry'
import { amendCase, checkCase, escalateCase, reportCase, verifyCase } from './commands'
import { deliver } from './delivery'
import { firstSyncOf } from './first-sync'
import { isDraft } from './limits'
import { hintsOf } from './hints'
import { listOf, placesOf } from './lists'
import { mapOf } from './map'
import { finishDrafts } from './finishing'
import { FakePhotos } from './photos'
import { pictureUrl } from './pictures'
import { categories, grid, neighbour, places, staff } from './reference'
import { worldOf, type ScenarioName, type World } from './scenario'

export interface FakeOptions {
  scenario?: ScenarioName
  now?: () => number
  /** Lets deliveries and the first sync go on by themselves. Off in tests. */
  isLive?: boolean
  settings?: World['status']['settings']
}

const SECRET = 'linli-demo'

/**
 * An engine in memory with the same interface as the real one: for tests, for `vite dev` and for
 * looking at screens. It keeps the promises of the real one where screens depend on them.
 */
export class FakeEngine extends FakeCarry implements Api {
  readonly world: World
  readonly drafts = new Map<string, string>()
  readonly calls: string[] = []
  readonly now: () => number
  private readonly isLive: boolean
  private readonly listeners = new Set<(change: ChangeSet) => void>()
  private readonly photos = new FakePhotos()

  constructor(options: FakeOptions = {}) {
    const { scenario = 'connected', now = Date.now, isLive = false, settings } = options
    super(now(), scenario === 'empty' || scenario === 'first-sync')
    this.now = now
    this.isLive = isLive
    this.world = worldOf(scenario, now(), settings)
    finishDrafts(this, this.drafts)
  }

  status: Api['status'] = async () => structuredClone(this.world.status)

  readTicket: Api['readTicket'] = async (ticket) => {
    const text = ticket.trim()
    if (!/^LINLI1:\S{8,}$/.test(text)) throw new ApiError({ code: 'ticket_malformed', params: {} })
    if (text.endsWith('USED')) throw new ApiError({ code: 'ticket_spent', params: {} })
    return {
      tail: text.slice(-4),
      server: 'donghuashi.example',
      secret: 'passphrase',
      secret_length: 8,
    }
  }

  bind: Api['bind'] = async ({ ticket, secret }) => {
    await this.readTicket(ticket)
    if ([...secret].length < 8) throw new ApiError({ code: 'secret_weak', params: { length: 8 } })
    Object.assign(this.world.status, {
      state: 'confirming',
      device_name: '0417',
      grid,
      staff,
      binding: { stage: 'waiting_for_person', check_code: '482913', reason: null },
    })
    this.tell(['device'])
    if (this.isLive) setTimeout(() => this.confirm(), 4000)
  }

  /** The administrator compared the check code. */
  confirm(): void {
    Object.assign(this.world.status, { state: 'first_sync', binding: null, signed_in: staff[0] })
    this.tell(['device', 'first_sync'])
  }

  cancelBinding: Api['cancelBinding'] = async () => {
    Object.assign(this.world.status, { state: 'unbound', binding: null })
    this.tell(['device'])
  }

  unlock: Api['unlock'] = async ({ staff: id, secret }) => {
    const { status } = this.world
    if (secret !== SECRET) {
      status.tries_left = (status.tries_left ?? 10) - 1
      this.tell(['device'])
      throw new ApiError({ code: 'secret_wrong', params: { left: status.tries_left } })
    }
    status.signed_in = staff.find((person) => person.id === id) ?? null
    status.state = 'ready'
    status.tries_left = null
    this.tell(['device', 'cases', 'sync'])
  }

  lock: Api['lock'] = async () => {
    Object.assign(this.world.status, { state: 'locked', signed_in: null })
    this.tell(['device'])
  }

  saveSettings: Api['saveSettings'] = async (settings) => {
    this.world.status.settings = { ...settings }
    this.tell(['device'])
  }

  firstSync: Api['firstSync'] = async () => firstSyncOf(this.isLive ? this.now() : null)

  startWork: Api['startWork'] = async () => {
    this.world.status.state = 'ready'
    this.tell(['device'])
  }

  syncStatus: Api['syncStatus'] = async () => ({
    ...structuredClone(this.world.sync),
    ...this.news(),
  })

  syncNow: Api['syncNow'] = async () => {
    this.calls.push('syncNow')
    if (this.world.sync.strip === 'offline') return
    for (const entry of this.world.cases) {
      if (entry.row.delivery.state === 'waiting') this.send(entry)
    }
  }

  listCases: Api['listCases'] = async (query) =>
    structuredClone(listOf(this.world.cases, query, this.world.sync))

  findCase: Api['findCase'] = async (id) => ({
    ...structuredClone(this.get(id)),
    as_of: this.world.sync.last_download_at,
  })

  check: Api['check'] = async (input) =>
    this.act(input.case_id, (entry) => checkCase(entry, input, this.now()))

  verify: Api['verify'] = async (input) =>
    this.act(input.case_id, (entry) => verifyCase(entry, input, this.now()))

  amend: Api['amend'] = async (input) =>
    this.act(input.case_id, (entry) => amendCase(entry, input, this.now()))

  escalate: Api['escalate'] = async (input) =>
    this.act(input.case_id, (entry) => escalateCase(entry, input, this.now()))

  listCategories: Api['listCategories'] = async () => structuredClone(categories)

  addPhoto: Api['addPhoto'] = async (photo, input) => this.photos.add(photo, input, this.now())

  blackenPhoto: Api['blackenPhoto'] = (input) => this.photos.blacken(input)

  photoUrl: Api['photoUrl'] = (hash) => pictureUrl(hash)

  textHints: Api['textHints'] = async (text) => hintsOf(text)

  report: Api['report'] = async (input) => {
    const entry = reportCase(input, this.now(), this.world.cases.length)
    this.world.cases.unshift(entry)
    this.send(entry)
    return { case_id: entry.row.id, code: entry.row.code, at: entry.row.reported_at }
  }

  position: Api['position'] = async () => ({
    state: 'fixed',
    position: { lon: 116.43571, lat: 39.89812, accuracy_m: 8, source: 'gnss', at: this.now() },
  })

  gridMap: Api['gridMap'] = async () =>
    structuredClone(mapOf(this.world, this.town, this.components))

  placeHint: Api['placeHint'] = async ({ position, category }) => {
    const isOwn = position.lon < 116.44
    const similar = this.world.cases.filter(
      ({ row }) => row.category.code === category && row.work !== 'closed',
    )
    return structuredClone({
      grid: isOwn ? grid : neighbour,
      is_own_grid: isOwn,
      nearest: places[0] ?? null,
      similar: similar.map((entry) => entry.row),
    })
  }

  listPlaces: Api['listPlaces'] = async (text, near) => structuredClone(placesOf(text, near))

  listDrafts: Api['listDrafts'] = async () =>
    [...this.drafts.keys()].reverse().map((name) => ({ name, at: this.now() }))

  loadDraft: Api['loadDraft'] = async (name) => this.drafts.get(name) ?? null

  saveDraft: Api['saveDraft'] = async (name, content) => {
    isDraft(name, content)
    this.drafts.set(name, content)
  }

  deleteDraft: Api['deleteDraft'] = async (name) => {
    this.drafts.delete(name)
  }

  onChange: Api['onChange'] = (listener) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Tells the screens that something changed. */
  tell(nouns: Noun[], cases: string[] = []): void {
    for (const listener of this.listeners) listener({ nouns, cases })
  }

  private get(id: string): CaseDetail {
    const entry = this.world.cases.find((candidate) => candidate.row.id === id)
    if (!entry) throw new ApiError({ code: 'not_found', params: {} })
    return entry
  }

  private act(id: string, change: (entry: CaseDetail) => void): SavedReport {
    const entry = this.get(id)
    change(entry)
    this.send(entry)
    return { case_id: entry.row.id, code: entry.row.code, at: this.now() }
  }

  private send(entry: CaseDetail): void {
    deliver(entry, this.world, this.now(), this.isLive, () =>
      this.tell(['cases', 'outbox', 'sync', 'patrol'], [entry.row.id]),
    )
  }
}
