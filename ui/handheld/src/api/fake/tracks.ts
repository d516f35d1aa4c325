import type { TrackLine, TrackRow } from '@linli/ui-shared'

type Point = [number, number]

/** A track with its points. */
export interface FakeTrack {
  row: TrackRow
  lines: Point[][]
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** After how many days a track is gone. */
export const KEPT_DAYS = 14

const morning: Point[][] = [
  [
    [116.4344, 39.8991],
    [116.43462, 39.89895],
    [116.43498, 39.89871],
    [116.43505, 39.8983],
    [116.43541, 39.89802],
    [116.43571, 39.89812],
  ],
  [
    [116.4361, 39.89801],
    [116.43645, 39.8979],
    [116.43695, 39.89752],
    [116.43702, 39.89744],
    [116.4366, 39.8972],
    [116.43612, 39.89768],
  ],
]

/** Tracks of two shifts: one of today that ended, with gaps, and one of yesterday. */
export function inventedTracks(now: number): FakeTrack[] {
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  const from = Math.max(midnight, now - 3 * HOUR)
  const to = Math.max(from + MINUTE, now - MINUTE)
  const part = (to - from) / 10
  const gaps: TrackRow['gaps'] = [
    { from_at: from + part * 3, to_at: from + part * 4, cause: 'no_fix' },
    { from_at: from + part * 6, to_at: from + part * 7, cause: 'paused' },
  ]
  return [
    {
      lines: morning,
      row: {
        ...{ id: 't-today', started_at: from, ended_at: to, point_count: 214, length_m: 1_640 },
        ...{ gaps, gone_at: from + KEPT_DAYS * DAY },
      },
    },
    {
      lines: [[...morning.flat()].reverse()],
      row: {
        ...{ id: 't-before', started_at: now - 26 * HOUR, ended_at: now - 18.5 * HOUR },
        ...{ point_count: 871, length_m: 4_180, gone_at: now + 12.9 * DAY },
        gaps: [{ from_at: now - 24 * HOUR, to_at: now - 23.6 * HOUR, cause: 'closed' }],
      },
    },
  ]
}

export function lineOf({ lines }: FakeTrack): TrackLine {
  return { lines }
}
