import type { OutboxDto, OutboxItem } from '@linli/ui-shared'

/** What the outbox means for somebody who wants to go home. */
export interface ShiftCheck {
  /** Cases whose words the community does not have: they wait, or it did not take them. */
  missing: OutboxItem[]
  /** Cases that it has in words while photos are still here. */
  photosOnly: OutboxItem[]
  /** Cases that it has and that came back to this person. */
  returned: OutboxItem[]
  /** Cases and other records that it does not have. */
  missingCount: number
  /** The answer: everything is there, all but photos, or not. */
  answer: 'all' | 'photos' | 'missing'
}

export function checkOf(outbox: OutboxDto): ShiftCheck {
  const isMissing = (item: OutboxItem) =>
    item.is_text_waiting || item.delivery.state === 'needs_you'
  const missing = outbox.items.filter(isMissing)
  const there = outbox.items.filter((item) => !isMissing(item))
  const photosOnly = there.filter((item) => item.waiting_photo_count > 0)
  const missingCount = missing.length + outbox.register_count
  const withoutPhotos = outbox.photo_count > 0 ? 'photos' : 'all'
  return {
    missing,
    photosOnly,
    returned: there.filter((item) => item.delivery.state === 'returned'),
    missingCount,
    answer: missingCount > 0 ? 'missing' : withoutPhotos,
  }
}
