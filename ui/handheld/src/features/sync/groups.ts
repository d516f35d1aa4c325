import type { OutboxItem } from '@linli/ui-shared'

/** Items of the outbox that share a reason. */
export interface OutboxGroup {
  /** Stable key: the reason, or the state where no reason waits. */
  key: string
  items: OutboxItem[]
}

const needsPerson = new Set(['returned', 'needs_you'])

/** Groups by reason, what needs a person first, then in the order in which items began to wait. */
export function groupsOf(items: OutboxItem[]): OutboxGroup[] {
  const groups: OutboxGroup[] = []
  for (const item of items) {
    const key = needsPerson.has(item.delivery.state)
      ? 'needs_you'
      : (item.delivery.wait?.reason ?? item.delivery.state)
    const group = groups.find((known) => known.key === key)
    if (group) group.items.push(item)
    else groups.push({ key, items: [item] })
  }
  return groups.sort((a, b) => Number(b.key === 'needs_you') - Number(a.key === 'needs_you'))
}
