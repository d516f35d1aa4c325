import type { FirstSyncDto, FirstSyncPart, StepState } from '@linli/ui-shared'

const totals: [FirstSyncPart, number][] = [
  ['reference', 46],
  ['places', 212],
  ['households', 1334],
  ['cases', 388],
  ['photos', 240],
]

let startedAt: number | null = null

/** The first sync by the clock; a fixed picture of it when there is none. */
export function firstSyncOf(now: number | null): FirstSyncDto {
  startedAt ??= now
  const seconds = now === null || startedAt === null ? 10.2 : (now - startedAt) / 1000
  const steps = totals.map(([part, total], index) => {
    const share = Math.min(1, Math.max(0, (seconds - index * 3) / 3))
    const isLater = part === 'photos'
    const state: StepState = isLater
      ? 'later'
      : share === 1
        ? 'done'
        : share > 0
          ? 'running'
          : 'waiting'
    return {
      part,
      state,
      done_count: isLater ? 0 : Math.round(total * share),
      total_count: total,
    }
  })
  return {
    steps,
    received_bytes: Math.round(Math.min(seconds, 12) * 1_500_000),
    seconds_left: seconds < 12 ? 100 : null,
    can_start: seconds >= 9,
    wait: null,
  }
}
