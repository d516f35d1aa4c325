// The usability scripts U1 to U12 in the real window, against three real servers behind lines that break, by a
// clock that can be put forward: once in Chinese, once in English. Taps are counted and kept to their limits;
// times are printed, with the other figures, and judged by nobody here: the machine may be busy.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dayOf } from './support/day.mjs'
import { prepare } from './support/journey.mjs'
import { danger } from './usability/danger.mjs'
import { find, settleIn } from './usability/find.mjs'
import { firstRun } from './usability/first-run.mjs'
import { endOfShift, outbox } from './usability/outbox.mjs'
import { input } from './usability/input.mjs'
import { check, receipts } from './usability/receipts.mjs'
import { report, reportWithLittle } from './usability/report.mjs'
import { day12 } from './usability/shift.mjs'
import { twoVersions, versions } from './usability/versions.mjs'

// Two handhelds, each with a town of its own: a window waits for most of the time.
describe('the scripts U1 to U12', { concurrency: 2 }, () => {
  for (const language of ['zh-CN', 'en']) {
    test(`in ${language}`, { timeout: 600_000 }, async (t) => {
      const journey = await prepare(language, { name: 'usability', hasClock: true, hasDisk: true })
      t.after(() => journey.close())
      const day = dayOf(t, journey)
      t.after(() => console.table(day.figures))
      await day.step('people live in the grid', () => settleIn(day))
      await firstRun(day)
      await report(day)
      await reportWithLittle(day)
      await find(day)
      await outbox(day)
      const handled = await receipts(day)
      await check(day, handled)
      await twoVersions(day)
      await versions(day)
      await input(day)
      await danger(day)
      await endOfShift(day)
      await day12(day)
      await day.step('no screen has shown what no screen may have', () => {
        assert.equal(journey.problems.join('\n'), '')
      })
    })
  }
})
