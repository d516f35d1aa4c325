import type { DutyDto, ShiftSummary, TrackChoice } from '@linli/ui-shared'
import type { Api } from '../api'
import { ApiError } from '../error'
import { coverageOf, stopsOf } from './patrol'
import { FakePlaces } from './places'
import { inventedTracks, KEPT_DAYS, lineOf, type FakeTrack } from './tracks'

const HOUR = 3_600_000

/** A person on duty: where to go, what was covered, what the shift came to, and the track. */
export abstract class FakeField extends FakePlaces {
  private since: number | null = null
  private choice: TrackChoice = 'off'
  private last: ShiftSummary | null
  readonly tracks: FakeTrack[]

  constructor(now: number, isEmpty: boolean) {
    super(now, isEmpty)
    this.tracks = isEmpty ? [] : inventedTracks(now)
    this.last = isEmpty ? null : yesterday(now)
  }

  duty: Api['duty'] = async () => this.dutyNow()

  setDuty: Api['setDuty'] = async (isOn) => {
    if (isOn) {
      this.since ??= this.now()
      if (this.choice === 'on') this.beginTrack()
    } else if (this.since !== null) {
      this.last = { ...this.shift(this.since), ended_at: this.now() }
      this.since = null
      this.endTrack()
    }
    this.tell(['patrol'])
    return this.dutyNow()
  }

  patrol: Api['patrol'] = async () =>
    structuredClone(stopsOf(this.world.cases, this.town, this.components, this.now()))

  coverage: Api['coverage'] = async (days) => coverageOf(this.town, days, this.now())

  shiftSummary: Api['shiftSummary'] = async () =>
    this.since === null ? this.last : this.shift(this.since)

  track: Api['track'] = async () => ({
    choice: this.choice,
    is_running: this.isTracking(),
    rows: structuredClone(this.tracks.map(({ row }) => row)),
    kept_days: KEPT_DAYS,
  })

  setTrack: Api['setTrack'] = async (choice) => {
    this.choice = choice
    if (this.since !== null && choice === 'on') this.beginTrack()
    if (choice === 'off') this.endTrack()
    this.tell(['patrol'])
    return this.track()
  }

  trackLine: Api['trackLine'] = async (id) => structuredClone(lineOf(this.found(id)))

  exportTrack: Api['exportTrack'] = async (id) => {
    const day = new Date(this.found(id).row.started_at).toISOString().slice(0, 10)
    return { name: `linli-${day}.gpx`, folder: '/media/Documents' }
  }

  deleteTrack: Api['deleteTrack'] = async (id) => {
    this.tracks.splice(this.tracks.indexOf(this.found(id)), 1)
    this.tell(['patrol'])
  }

  private found(id: string): FakeTrack {
    const track = this.tracks.find(({ row }) => row.id === id)
    if (!track) throw new ApiError({ code: 'not_found', params: {} })
    return track
  }

  private isTracking(): boolean {
    return this.since !== null && this.choice === 'on'
  }

  private dutyNow(): DutyDto {
    return { since_at: this.since, is_tracking: this.isTracking() }
  }

  private beginTrack(): void {
    if (this.tracks[0]?.row.ended_at === null) return
    const at = this.now()
    this.tracks.unshift({
      lines: [],
      row: {
        ...{ id: `t-${at}`, started_at: at, ended_at: null, point_count: 0, length_m: 0 },
        ...{ gaps: [], gone_at: at + KEPT_DAYS * 24 * HOUR },
      },
    })
  }

  private endTrack(): void {
    const [track] = this.tracks
    if (track) track.row.ended_at ??= this.now()
  }

  /** What was done since then, counted from what the engine holds. */
  private shift(from: number): ShiftSummary {
    const written = this.written.filter(({ at }) => at >= from)
    const events = this.world.cases
      .flatMap((entry) => entry.timeline)
      .filter(({ at }) => at >= from)
    const count = (pattern: RegExp) => events.filter(({ code }) => pattern.test(code)).length
    const wrote = (what: string) => written.filter((one) => one.what === what).length
    const track = this.tracks.find(({ row }) => row.started_at >= from)
    return {
      started_at: from,
      ended_at: null,
      report_count: count(/^report$/),
      check_count: count(/^(check_\w+|verify)$/),
      visit_count: wrote('visit'),
      register_count: wrote('register'),
      component_count: wrote('component'),
      walked_m: track ? track.row.length_m : null,
    }
  }
}

function yesterday(now: number): ShiftSummary {
  return {
    ...{ started_at: now - 26 * HOUR, ended_at: now - 18.5 * HOUR },
    ...{ report_count: 4, check_count: 2, visit_count: 3, register_count: 5, component_count: 11 },
    walked_m: 4_180,
  }
}
