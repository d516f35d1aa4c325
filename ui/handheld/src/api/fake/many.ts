import type { CaseDetail, WorkStateDto } from '@linli/ui-shared'
import { shortCode } from './commands'
import { caseOf, delivery } from './build'
import { categories, places } from './reference'

const HOUR = 3_600_000
const COUNT = 3000

const works: WorkStateDto[] = [
  'closed',
  'evaluated',
  'closed',
  'handling',
  'closed',
  'dispatched',
  'declined',
  'closed',
  'on_hold',
  'filed',
  'closed',
  'reported',
]

/** All over the grid, by the golden angle. */
function spread(number: number): { lon: number; lat: number } {
  const [far, turn] = [Math.sqrt(number / COUNT), number * 2.399963]
  return {
    lon: 116.4358 + 0.0016 * far * Math.cos(turn),
    lat: 39.8979 + 0.0012 * far * Math.sin(turn),
  }
}

/** A grid after a busy year: rows of every kind, height and state, the same in every run. */
export function manyCases(now: number): CaseDetail[] {
  return Array.from({ length: COUNT }, (_, number) => {
    const at = now - (2 + number * 2.9) * HOUR
    const work = works[(number * 7) % works.length] ?? 'closed'
    const place = places[number % places.length]?.name ?? ''
    const isOpen = !['closed', 'evaluated', 'declined'].includes(work)
    return caseOf({
      id: `m-${number}`,
      code: shortCode(number + 100),
      category: categories[(number * 5) % categories.length]?.category.code ?? '01001',
      place: number % 9 === 0 ? `${place}，靠近公交站台的人行道内侧，晚上看不清` : place,
      work,
      glyph: number % 4 === 0 ? '***-' : '**--',
      at,
      delivery: delivery(number % 4 === 0 ? 'street' : 'community', at + 4 * 60_000),
      row: {
        due_at: isOpen ? now + ((number % 11) - 3) * 5 * HOUR : null,
        is_overdue: isOpen && number % 11 < 3,
        is_mine: number % 3 === 0,
        urgency: number % 13 === 0 ? 'urgent' : 'ordinary',
      },
      detail: { position: { ...spread(number), accuracy_m: 8, source: 'gnss', at } },
    })
  })
}
