// U10 (H12): the first run, with what goes wrong on it.
import assert from 'node:assert/strict'
import { confirm } from '../support/bind.mjs'
import { SECRET } from '../support/day.mjs'
import { until } from '../support/wait.mjs'

const MOST_TAPS = 8
/** How long each piece of the slow line is on its way, in milliseconds: the first sync can be watched. */
const SLOW = 250

/** From an empty device to the tabs, with its camera. */
export async function firstRun(day) {
  const { step, town } = day
  let ticket
  let taps = 0

  await step('U10: a used code is told so', async () => {
    await day.open({ hasCamera: true })
    if (day.language === 'en') {
      await day.window.find('p1.ticket')
      await day.window.tap('language')
    }
    await enter(day, town.spent_ticket)
    await day.window.tap('p2.bind')
    await day.see('bind_reason.spent')
    await day.window.tap('p2.cancel')
    await day.window.find('p1.ticket')
  })

  await step('U10: without a network the code is kept', async () => {
    ;({ ticket } = await town.order('ticket', '0417'))
    await town.order('cut', 'community')
    day.window.taps = 0
    await enter(day, ticket)
    await day.window.tap('p2.bind')
    await day.see('bind.no_network')
    await day.shot('bind-offline')
    taps = day.window.taps
  })

  await step('U10: killed in the middle of the first data, it goes on where it was', async () => {
    await town.order('restore', 'community')
    await town.order('delay', 'community', SLOW)
    await confirm(day)
    const before = await until('a part of the data', async () => {
      const { steps } = await day.ask('first_sync')
      const done = steps.filter((one) => one.state === 'done').length
      return done > 0 && counts(steps)
    })
    const isWhole = (await day.ask('first_sync')).steps.every((one) => one.state === 'done')
    taps = day.window.taps
    await day.window.kill()
    await day.open({ hasCamera: true })
    await day.window.find('p4.secret')
    await day.unlock()
    const after = counts((await day.ask('first_sync')).steps)
    for (const [part, count] of Object.entries(before)) {
      assert.ok(after[part] >= count, `${part}: ${after[part]} after ${count}`)
    }
    await town.order('restore', 'community')
    const start = await day.window.find('p3.start')
    await until('the first data', () => start.isEnabled())
    await day.window.tap('p3.start')
    taps += 1
    await day.window.find('p5.duty')
    assert.ok(taps <= MOST_TAPS, `${taps} taps instead of ${MOST_TAPS}`)
    day.note('U10 first run', {
      taps: `${taps} of ${MOST_TAPS}`,
      'killed at': isWhole ? 'the end' : Object.entries(before).join(' '),
    })
  })
}

/** What has arrived of each part. */
function counts(steps) {
  return Object.fromEntries(steps.map((one) => [one.part, one.done_count]))
}

async function enter(day, ticket) {
  await day.window.type('p1.ticket', ticket)
  await day.window.tap('p1.next')
  await day.window.type('p2.secret', SECRET)
  await day.window.type('p2.again', SECRET)
  await day.window.tap('p2.read')
}
