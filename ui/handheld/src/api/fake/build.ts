import type {
  ActorDto,
  CaseDetail,
  DeliveryDto,
  DeliveryState,
  LevelDto,
  PhotoDto,
  PhotoKind,
  ReceiptDto,
  ReceiptState,
  TimelineItem,
  WorkStateDto,
} from '@linli/ui-shared'
import { category, names, places, staff } from './reference'

/** Short ways to write cases down. */

const levels: LevelDto[] = ['device', 'community', 'street', 'district']
const marks: Record<string, ReceiptState> = {
  '*': 'received',
  '.': 'not_yet',
  '-': 'not_needed',
  '!': 'returned',
  '?': 'unconfirmed',
}
const numbers = [null, 'DW-0412', 'DZM-0412', 'DC-20611']

/** Four receipts from a glyph such as `**?-`. Times go upward from `since`. */
export function receiptsOf(glyph: string, since: number): ReceiptDto[] {
  return levels.map((level, index) => {
    const state = marks[glyph.charAt(index)] ?? 'not_yet'
    const has = state !== 'not_yet' && state !== 'not_needed'
    return {
      level,
      name: names[level],
      state,
      at: has ? since + index * 84_000 : null,
      number: state === 'received' ? (numbers[index] ?? null) : null,
      is_exact: true,
      reason:
        state === 'not_needed'
          ? { code: 'level_not_needed', params: {} }
          : state === 'returned'
            ? { code: 'close_up_missing', params: {} }
            : null,
    }
  })
}

export function photo(hash: string, kind: PhotoKind, at: number, isDelivered = true): PhotoDto {
  return { hash, kind, at, width: 1600, height: 1200, is_here: true, is_delivered: isDelivered }
}

export function delivery(
  state: DeliveryState,
  at: number,
  more: Partial<DeliveryDto> = {},
): DeliveryDto {
  return {
    state,
    at,
    wait: null,
    reason: null,
    level: null,
    photo_done_count: 0,
    photo_count: 0,
    ...more,
  }
}

export const me: ActorDto = { person: staff[0]?.name ?? '', org: null, is_system: false }

export function by(org: keyof typeof names, person: string | null = null): ActorDto {
  return { person, org: names[org], is_system: false }
}

export function event(
  code: string,
  at: number,
  actor: ActorDto,
  more: Partial<TimelineItem> = {},
): TimelineItem {
  return {
    id: `${code}-${at}`,
    code,
    params: {},
    at,
    actor,
    effect: 'applied',
    reason: null,
    note: null,
    photos: [],
    is_clock_doubtful: false,
    ...more,
  }
}

interface Sketch {
  id: string
  code: string
  category: string
  place: string
  work: WorkStateDto
  glyph: string
  at: number
  delivery: DeliveryDto
  row?: Partial<CaseDetail['row']>
  detail?: Partial<Omit<CaseDetail, 'row'>>
}

/** Where a known place is. */
function spotOf(name: string): { lon: number; lat: number } | undefined {
  const at = places.find((place) => place.name === name)?.position
  return at ? { lon: at.lon, lat: at.lat } : undefined
}

/** A whole case from what matters about it. */
export function caseOf(sketch: Sketch): CaseDetail {
  const receipts = receiptsOf(sketch.glyph, sketch.at)
  const photos = sketch.detail?.photos ?? []
  return {
    row: {
      id: sketch.id,
      code: sketch.code,
      case_no: null,
      category: category(sketch.category),
      place: sketch.place,
      urgency: 'ordinary',
      work: sketch.work,
      delivery: sketch.delivery,
      receipts: receipts.map(({ level, state }) => ({ level, state })),
      reported_at: sketch.at,
      due_at: null,
      is_overdue: false,
      is_mine: true,
      task: null,
      distance_m: null,
      conflicts: [],
      photo: photos[0]?.hash ?? null,
      ...sketch.row,
    },
    note: null,
    position: {
      ...(spotOf(sketch.place) ?? { lon: 116.4357, lat: 39.8981 }),
      accuracy_m: 8,
      source: 'gnss',
      at: sketch.at,
    },
    unit: null,
    photos,
    voices: [],
    receipts,
    as_of: null,
    timeline: [event('report', sketch.at, me)],
    tasks: [],
    next_steps: [],
    may_amend: sketch.glyph.charAt(1) !== '.',
    may_escalate:
      sketch.glyph.charAt(1) !== '.' &&
      ['reported', 'filed', 'dispatched', 'handling'].includes(sketch.work),
    ...sketch.detail,
  }
}
