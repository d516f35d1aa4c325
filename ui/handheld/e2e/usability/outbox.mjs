// U5 (H4) and U11 (H10): what has not been sent and why, and whether one may go home.
import assert from 'node:assert/strict'
import { until } from '../support/wait.mjs'

/** A category that no unit of the sample has: the street's desk decides. */
const COVER = '01001'
/** More than the words of a report and less than its photo, in bytes. */
const WORDS = 30_000

/** U5: items that wait for a network, for photos, and for a person. */
export async function outbox(day) {
  const { step, town } = day
  let waiting
  let photos
  let returned

  await step('U5: three things wait for three reasons', async () => {
    // The street's desk says what is missing.
    returned = await day.report({ category: COVER, note: 'U5 returned' })
    await day.delivered(returned, 'community')
    const { case: id } = await town.order('find', returned)
    await town.order('file', id)
    const up = { type: 'escalate', to: town.street, reason: 'no_means' }
    await town.order('act', 'community', id, JSON.stringify(up))
    const back = { type: 'send_back', reason: 'close_up_missing' }
    await until('the street has it', () => town.order('act', 'street', id, JSON.stringify(back)))
    await day.delivered(returned, 'returned')
    // The line breaks behind the words of this one, before its photo is there.
    await town.order('cut_after', 'community', WORDS)
    photos = await day.report({ note: 'U5 photos' })
    await day.delivered(photos, 'partial')
    await town.order('cut', 'community')
    waiting = await day.report({ note: 'U5 no network' })
    await day.delivered(waiting, 'waiting')
  })

  await step('U5: one tap shows them, each with its reason and age', async () => {
    await day.within('U5 outbox', 1, async () => {
      await day.window.tap('strip')
      await day.window.find(`p15.item.${waiting}`)
    })
    const { items } = await day.ask('outbox')
    const shown = await day.window.property('[data-testid^="p15.item."]', 'dataset')
    assert.deepEqual(
      shown.map((one) => one.testid.slice('p15.item.'.length)).sort(),
      items.map((one) => one.code).sort(),
    )
    for (const { delivery } of items) assert.ok(delivery.wait ?? delivery.reason)
    assert.deepEqual(items.map((one) => one.code).sort(), [waiting, photos, returned].sort())
    await day.window.sees(day.words('reason.close_up_missing'), `p15.item.${returned}`)
    const [since] = day.words('outbox.since').split('{')
    await day.window.sees(since.trim(), `p15.item.${waiting}`)
    const { strip, needs_you_count } = await day.ask('sync_status')
    assert.equal(strip === 'needs_you', needs_you_count > 0)
    await day.shot('u05-outbox')
    await day.home()
  })

  await step('U5: what came back is amended, and all of it arrives', async () => {
    await town.order('restore', 'community')
    await day.window.tap(`p5.task.${returned}`)
    await day.window.tap('p10.add')
    await day.window.type('add.note', 'U5 amended')
    await day.window.tap('add.save')
    await day.home()
    for (const code of [waiting, photos]) await day.delivered(code, 'community')
    await until('an empty outbox', async () => (await day.ask('outbox')).items.length === 0, 60_000)
  })
}

/** U11: the end of the shift, with reports that nobody has and with none. */
export async function endOfShift(day) {
  const { step, town } = day
  let codes

  await step('U11: with three reports here the answer is no, with the list of them', async () => {
    await town.order('cut', 'community')
    codes = []
    for (const n of [1, 2, 3]) codes.push(await day.report({ note: `U11 ${n}` }))
    const from = await day.ask('outbox')
    await day.within('U11 end of shift, 3 here', 2, async () => {
      await day.window.tap('strip')
      await day.window.tap('p15.shift')
      await day.window.sees(day.words('shift.missing', { n: from.items.length }), 'h10.answer')
    })
    for (const code of codes) await day.window.find(`p15.item.${code}`)
    await day.shot('u11-missing')
    await day.home()
  })

  await step('U11: with none the answer is yes', async () => {
    await town.order('restore', 'community')
    for (const code of codes) await day.delivered(code, 'community')
    await until('everything', async () => {
      const { items, register_count } = await day.ask('outbox')
      return items.length === 0 && register_count === 0
    })
    await day.within('U11 end of shift, none here', 2, async () => {
      await day.window.tap('strip')
      await day.window.tap('p15.shift')
      await day.window.sees(day.words('shift.all'), 'h10.answer')
    })
    await day.home()
  })
}
