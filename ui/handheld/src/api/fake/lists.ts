import type {
  CaseDetail,
  CaseList,
  CaseQuery,
  OutboxDto,
  PositionDto,
  SyncStatus,
  WorkStateDto,
} from '@linli/ui-shared'
import { places } from './reference'

/** What the real engine answers from SQL. */

export function listOf(cases: CaseDetail[], query: CaseQuery, sync: SyncStatus): CaseList {
  const text = query.text?.trim().toLowerCase() ?? ''
  const rows = cases
    .map((entry) => entry.row)
    .filter((row) => {
      if (query.list === 'mine') return row.is_mine
      return query.list === 'grid' || row.task !== null
    })
    .filter((row) =>
      [row.code, row.place ?? '', row.category.name.zh, row.category.name.en].some((part) =>
        part.toLowerCase().includes(text),
      ),
    )
  const counts = new Map<WorkStateDto, number>()
  for (const row of rows) counts.set(row.work, (counts.get(row.work) ?? 0) + 1)
  const found = rows.filter((row) => query.works.length === 0 || query.works.includes(row.work))
  found.sort((a, b) =>
    query.list === 'todo'
      ? (a.distance_m ?? Infinity) - (b.distance_m ?? Infinity)
      : b.reported_at - a.reported_at,
  )
  const { offset, limit } = query.page ?? { offset: 0, limit: found.length }
  return {
    rows: found.slice(offset, offset + limit),
    total_count: found.length,
    works: [...counts].map(([work, count]) => ({ work, count })),
    as_of: sync.last_download_at,
  }
}

const settled = new Set(['community', 'street', 'district', 'unconfirmed'])

export function outboxOf(cases: CaseDetail[], sync: SyncStatus, registerCount: number): OutboxDto {
  const waiting = cases.filter((entry) => !settled.has(entry.row.delivery.state))
  const items = waiting
    .map(({ row, photos }) => ({
      case_id: row.id,
      code: row.code,
      category: row.category,
      delivery: row.delivery,
      since_at: row.delivery.at,
      is_text_waiting: row.delivery.state !== 'partial' && row.delivery.state !== 'returned',
      waiting_photo_count: photos.filter((photo) => !photo.is_delivered).length,
      attempt_count: 2,
    }))
    .sort((a, b) => a.since_at - b.since_at)
  const photoCount = items.reduce((sum, item) => sum + item.waiting_photo_count, 0)
  return {
    items,
    register_count: registerCount,
    photo_count: photoCount,
    photo_bytes: photoCount * 310_000,
    last_delivered_at: sync.last_delivered_at,
    last_download_at: sync.last_download_at,
    carried_at: null,
  }
}

export function placesOf(text: string, near: PositionDto | null) {
  return places
    .filter((place) => place.name.replaceAll(' ', '').includes(text.replaceAll(' ', '')))
    .map((place) => (near ? place : { ...place, distance_m: null }))
}
