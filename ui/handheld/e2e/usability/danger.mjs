// U9 (H8): danger. People call first; the report is ahead of all others, and rings when nobody has it.
import assert from 'node:assert/strict'
import { until } from '../support/wait.mjs'

/** Nobody has had it for so long, in seconds. */
const UNHEARD = 125

export async function danger(day) {
  const { step, town } = day
  let code

  await step('U9: numbers to call stand first, and the report is queued', async () => {
    await town.order('cut', 'community')
    const ordinary = await day.report({ note: 'U9 ordinary' })
    await day.window.tap('tabs.report')
    await day.shoot()
    await day.choose()
    await day.within('U9 danger', 2, async () => {
      await day.window.tap('p7.urgency.danger')
      const calls = await until('numbers', () => day.window.property('a[href^="tel:"]', 'href'))
      assert.ok(calls.includes('tel:119'))
      await day.window.tap('p7.save')
      await day.window.find('p8.code')
    })
    code = await (await day.window.find('p8.code')).getText()
    await day.window.sees(day.words('call.first'), 'p8.card')
    await day.shot('u09-danger')
    assert.notEqual(code, ordinary)
  })

  await step('U9: after two minutes without a receipt it rings', async () => {
    day.clock.forward(UNHEARD)
    await day.window.find('alarm')
    await day.see('alarm.title')
    await day.window.sees(code, 'alarm.what')
    await day.shot('u09-alarm')
    await day.window.tap('alarm.heard')
    await day.window.gone('alarm')
  })

  await step('U9: the line is back: danger goes first', async () => {
    await town.order('restore', 'community')
    await until('the receipt of the community', async () => {
      await day.ask('sync_now')
      // It goes on to the district at once, so that "community" may not be the last word about it.
      return (await day.row(code)).receipts[1].state === 'received'
    })
    await until('all of it', async () => (await day.ask('outbox')).items.length === 0, 60_000)
  })
}
