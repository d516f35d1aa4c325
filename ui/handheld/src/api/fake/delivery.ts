import type { CaseDetail } from '@linli/ui-shared'
import { delivery, receiptsOf } from './build'
import { names } from './reference'
import type { World } from './scenario'

/** Lets a case travel: queued, sending, community, street. Without `isLive` it stays queued. */
export function deliver(
  entry: CaseDetail,
  world: World,
  now: number,
  isLive: boolean,
  changed: () => void,
): void {
  const count = entry.row.delivery.photo_count
  const set = (state: Parameters<typeof delivery>[0], at: number, done: number) => {
    entry.row.delivery = delivery(state, at, {
      wait: state === 'waiting' ? (world.sync.wait ?? { reason: 'BUSY', params: {} }) : null,
      photo_count: count,
      photo_done_count: done,
    })
    changed()
  }
  const receive = (glyph: string) => {
    const since = entry.row.reported_at
    entry.receipts = receiptsOf(glyph, since)
    entry.row.receipts = entry.receipts.map(({ level, state }) => ({ level, state }))
    for (const item of entry.timeline) item.effect = 'applied'
  }

  if (world.sync.strip === 'offline') {
    world.sync.waiting_count += 1
    set('waiting', now, 0)
    return
  }
  changed()
  if (!isLive) return
  const later = (delay: number, step: () => void) => setTimeout(step, delay)
  later(900, () => set('sending', Date.now(), 0))
  later(2200, () => {
    receive('**..')
    entry.may_amend = true
    entry.next_steps = [{ code: 'desk_files', params: { org: names.community } }]
    set(count > 0 ? 'partial' : 'community', Date.now(), 0)
  })
  later(4000, () => {
    for (const one of entry.photos) one.is_delivered = true
    set('community', Date.now(), count)
    world.sync.last_delivered_at = Date.now()
  })
}
