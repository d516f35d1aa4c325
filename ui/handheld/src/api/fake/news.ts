import type { AlarmDto, CaseDetail, FindingDto, MessageRow, SyncStatus } from '@linli/ui-shared'
import type { Api } from '../api'
import { FakeField } from './field'
import { me } from './build'
import { names } from './reference'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A report of danger rings when nobody has it after so long. */
const RINGS_AFTER = 2 * MINUTE

/** What others did, what rings, what works, and over which network photos go. */
export abstract class FakeNews extends FakeField {
  private readonly seen = new Set<string>()
  private readonly heard = new Set<string>()
  private isWifiOnly = false

  wifiOnly: Api['wifiOnly'] = async () => this.isWifiOnly

  setWifiOnly: Api['setWifiOnly'] = async (isOn) => {
    this.isWifiOnly = isOn
    this.tell(['sync', 'outbox'])
  }

  listMessages: Api['listMessages'] = async () => {
    const rows = this.messages()
    const unread_count = rows.filter((row) => !row.is_read).length
    return structuredClone({ rows, unread_count, as_of: this.world.sync.last_download_at })
  }

  readMessages: Api['readMessages'] = async (ids) => {
    const read = ids.length > 0 ? ids : this.messages().map(({ id }) => id)
    for (const id of read) this.seen.add(id)
    this.tell(['cases', 'sync'])
  }

  hearAlarm: Api['hearAlarm'] = async (caseId) => {
    this.heard.add(caseId)
    this.tell(['sync'])
  }

  diagnose: Api['diagnose'] = async () => {
    const { sync, status } = this.world
    const isOffline = sync.strip === 'offline'
    const findings: FindingDto[] = [
      isOffline
        ? { kind: 'network', state: 'poor', params: {} }
        : { kind: 'network', state: 'good', params: { kind: 'metered' } },
      {
        kind: 'server',
        state: isOffline ? 'poor' : 'good',
        params: { contact_at: sync.last_contact_at ?? 0 },
      },
      { kind: 'clock', state: isOffline ? 'bad' : 'good', params: { minutes: isOffline ? 26 : 0 } },
      { kind: 'storage', state: 'good', params: { bytes: 1_240_000_000 } },
      { kind: 'position', state: 'good', params: { metres: 8 } },
      { kind: 'battery', state: 'unknown', params: {} },
      { kind: 'certificate', state: 'good', params: { ends_at: this.now() + 70 * HOUR } },
      {
        kind: 'waiting',
        state: sync.waiting_count + status.waiting_count > 0 ? 'poor' : 'good',
        params: { count: Math.max(sync.waiting_count, status.waiting_count) },
      },
      { kind: 'damage', state: 'good', params: { count: 0 } },
    ]
    return { findings, at: this.now() }
  }

  /** What of the strip comes from here. */
  protected news(): Pick<SyncStatus, 'alarms' | 'unread_count'> {
    const unread_count = this.messages().filter((row) => !row.is_read).length
    return { alarms: this.alarms(), unread_count }
  }

  private alarms(): AlarmDto[] {
    return this.world.cases
      .filter(({ row, receipts }) => {
        const isTaken = receipts.some(
          ({ level, state }) => level !== 'device' && state === 'received',
        )
        return row.is_mine && row.urgency === 'danger' && !isTaken
      })
      .map(({ row: { id, code, category, reported_at: saved_at } }) => ({
        ...{ case_id: id, code, category, saved_at },
        rings_at: saved_at + RINGS_AFTER,
        is_heard: this.heard.has(id),
      }))
      .sort((a, b) => a.saved_at - b.saved_at)
  }

  private messages(): MessageRow[] {
    return this.world.cases
      .slice(0, 40)
      .flatMap((entry) => [...taken(entry), ...done(entry)])
      .map((row) => ({ ...row, is_read: this.seen.has(row.id) || row.at < this.now() - 20 * HOUR }))
      .sort((a, b) => b.at - a.at)
  }
}

function rowOf({ row }: CaseDetail, event: string, at: number): MessageRow {
  const { id: case_id, code, category, place, task } = row
  return {
    ...{ id: `${case_id}/${event}-${at}`, case_id, code, category, place, event, params: {} },
    ...{ level: null, org: null, reason: null, note: null, at, is_read: false, task },
  }
}

/** Levels that took in what this person reported. */
function taken(entry: CaseDetail): MessageRow[] {
  if (!entry.row.is_mine) return []
  return entry.receipts
    .filter(({ level, state }) => level !== 'device' && state === 'received')
    .map(({ level, name, at }) => ({
      ...rowOf(entry, 'received', at ?? entry.row.reported_at),
      id: `${entry.row.id}/received-${level}`,
      level,
      org: name,
    }))
}

/** What others did with it. */
function done(entry: CaseDetail): MessageRow[] {
  return entry.timeline
    .filter(
      ({ actor, code }) => actor.person !== me.person && code !== 'intake' && code !== 'report',
    )
    .map(({ code, at, params, reason, note, actor }) => ({
      ...rowOf(entry, code, at),
      ...{ params, reason, note },
      org: actor.org ?? names.community,
    }))
}
