import type {
  AmendInput,
  CaseDetail,
  CheckInput,
  EscalateInput,
  PhotoDto,
  ReportInput,
  VerifyInput,
} from '@linli/ui-shared'
import { ApiError } from '../error'
import { fits, isNote, wrong } from './limits'
import { caseOf, delivery, event, me, photo } from './build'
import { categories } from './reference'
import { voiceOf } from './sounds'

/** What the workflow of the real engine decides, as far as the screens need it. */

const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** A short code from a number, never with 0, O, 1 or I. */
export function shortCode(seed: number): string {
  let rest = seed * 7919 + 104_729
  const letters = Array.from({ length: 6 }, () => {
    rest = (rest * 48_271) % 2_147_483_647
    return alphabet.charAt(rest % alphabet.length)
  })
  return `${letters.slice(0, 3).join('')}-${letters.slice(3).join('')}`
}

function photosOf(hashes: string[], at: number): PhotoDto[] {
  return hashes.map((hash, index) => photo(hash, index === 0 ? 'wide' : 'close', at, false))
}

export function reportCase(input: ReportInput, now: number, count: number): CaseDetail {
  const needsPhoto = categories.find(
    (entry) => entry.category.code === input.category,
  )?.is_photo_required
  if (needsPhoto && input.photos.length === 0 && input.no_photo_reason === null) {
    throw wrong('photos')
  }
  if (!input.position && !input.place) {
    throw wrong('place')
  }
  fits(input.place, 512, 'place')
  isNote(input.note)
  return caseOf({
    id: `c-${count}-${now}`,
    code: shortCode(count),
    category: input.category,
    place: input.place ?? '',
    work: 'reported',
    glyph: '*...',
    at: now,
    delivery: delivery('saved', now, { photo_count: input.photos.length }),
    row: { urgency: input.urgency },
    detail: {
      note: input.note,
      position: input.position,
      photos: photosOf(input.photos, now),
      voices: input.voice === null ? [] : [voiceOf(input.voice, now, 12_000)],
      timeline: [event('report', now, me, { effect: 'pending' })],
      next_steps: [{ code: 'send', params: {} }],
    },
  })
}

export function checkCase(entry: CaseDetail, input: CheckInput, now: number): void {
  isNote(input.note)
  const task = entry.tasks.find((candidate) => candidate.answers === input.answers)
  if (!task) throw new ApiError({ code: 'refused', params: { reason: 'overtaken' } })
  const { verdict } = input
  if (verdict.result === 'pass' && (input.photos.length === 0 || !verdict.condition_met)) {
    throw wrong('photos')
  }
  entry.tasks = entry.tasks.filter((candidate) => candidate !== task)
  entry.photos.push(
    ...photosOf(input.photos, now).map((one) => ({ ...one, kind: 'after' as const })),
  )
  entry.timeline.push(
    event(`check_${verdict.result}`, now, me, {
      effect: 'pending',
      reason: verdict.result === 'pass' ? null : { code: verdict.reason, params: {} },
      note: input.note,
      photos: input.photos,
    }),
  )
  entry.row.task = null
  entry.row.work =
    verdict.result === 'pass' ? 'feedback' : verdict.result === 'fail' ? 'handling' : 'checking'
  entry.row.delivery = delivery('saved', now, { photo_count: input.photos.length })
  entry.next_steps = [{ code: 'send', params: {} }]
}

export function verifyCase(entry: CaseDetail, input: VerifyInput, now: number): void {
  isNote(input.note)
  const task = entry.tasks.find((candidate) => candidate.answers === input.answers)
  if (!task) throw new ApiError({ code: 'refused', params: { reason: 'overtaken' } })
  if (input.finding !== 'unable' && input.photos.length === 0) {
    throw wrong('photos')
  }
  entry.tasks = entry.tasks.filter((candidate) => candidate !== task)
  entry.photos.push(...photosOf(input.photos, now))
  entry.timeline.push(
    event('verify', now, me, { effect: 'pending', note: input.note, photos: input.photos }),
  )
  entry.row.task = null
  entry.row.delivery = delivery('saved', now, { photo_count: input.photos.length })
  entry.next_steps = [{ code: 'send', params: {} }]
}

export function amendCase(entry: CaseDetail, input: AmendInput, now: number): void {
  isNote(input.note)
  if (input.photos.length === 0 && input.note === null) {
    throw wrong('photos')
  }
  entry.tasks = entry.tasks.filter((task) => task.answers !== input.answers)
  entry.photos.push(...photosOf(input.photos, now))
  entry.timeline.push(
    event('amend', now, me, { effect: 'pending', note: input.note, photos: input.photos }),
  )
  entry.row.task = null
  entry.row.delivery = delivery('newer', now, { photo_count: input.photos.length })
  entry.next_steps = [{ code: 'send', params: {} }]
}

export function escalateCase(entry: CaseDetail, input: EscalateInput, now: number): void {
  isNote(input.note)
  if (!entry.may_escalate) {
    throw new ApiError({ code: 'refused', params: { reason: 'wrong_state' } })
  }
  entry.may_escalate = false
  entry.timeline.push(
    event('request_escalation', now, me, {
      effect: 'pending',
      reason: { code: input.reason, params: {} },
      note: input.note,
    }),
  )
  entry.row.delivery = delivery('newer', now, { photo_count: entry.photos.length })
  entry.next_steps = [{ code: 'send', params: {} }]
}
