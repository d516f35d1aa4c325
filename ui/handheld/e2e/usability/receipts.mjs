// U6 (H5) and U3 (H2): who has a case, and what is checked on the spot.
import assert from 'node:assert/strict'
import { until } from '../support/wait.mjs'

const MOST_TAPS = 4
/** The street has not answered for so long, in seconds. */
const HELD = 16 * 60
/** A category whose unit works at the street. */
const RAMP = '06052'
/** One that no unit of the sample has: the street's desk decides. */
const COVER = '01001'

/** U6: the rings say what each level has, and which one is not needed. */
export async function receipts(day) {
  const { step, town } = day
  let code
  let id
  let held

  await step('U6: the glyph changes when the community, then the street has it', async () => {
    code = await day.report({ category: RAMP, note: 'U6' })
    await day.delivered(code, 'community')
    ;({ case: id } = await town.order('find', code))
    await day.within('U6 who has it', 1, async () => {
      await day.window.tap(`case.${code}`)
      await day.rings('received', 'received', 'not_yet', 'not_yet')
    })
    await town.order('file', id)
    await town.order('escalate', id)
    await until('the street in the engine', async () => {
      await day.ask('sync_now')
      return (await day.row(code)).receipts[2].state === 'received'
    })
    const from = performance.now()
    await day.rings('received', 'received', 'received', 'not_needed')
    day.note('U6 glyph after download', { 'machine ms': Math.round(performance.now() - from) })
    await day.window.sees(day.words('reason.level_not_needed'), 'p10.receipt.district')
    await day.home()
  })

  await step('U6: a street that holds still is not confirmed after 15 minutes', async () => {
    held = await day.report({ category: COVER, note: 'U6 held' })
    await day.delivered(held, 'community')
    const { case: one } = await town.order('find', held)
    await town.order('file', one)
    await town.order('cut', 'street')
    const order = { type: 'escalate', to: town.street, reason: 'no_means' }
    await town.order('act', 'community', one, JSON.stringify(order))
    await until('the way up', async () => {
      await day.ask('sync_now')
      const { timeline } = await day.ask('find_case', { id: one })
      if (timeline.some((line) => line.code === 'escalate')) return true
      throw new Error(timeline.map((line) => line.code).join())
    })
    day.clock.forward(HELD)
    await day.window.tap(`case.${held}`)
    await day.rings('received', 'received', 'unconfirmed', 'not_yet')
    await day.shot('u06-unconfirmed')
    await day.home()
    const words = day.words('delivery.unconfirmed').split('{')
    await day.window.sees(words[0].trim(), `case.${held}`)
  })

  await step('U6: the street takes it after all', async () => {
    await town.order('restore', 'street')
    const { id: one } = await day.row(held)
    const take = JSON.stringify({ type: 'take' })
    await until('the street', () => town.order('act', 'street', one, take), 60_000)
    await until('its receipt', async () => {
      await day.ask('sync_now')
      return (await day.row(held)).receipts[2].state === 'received'
    })
  })
  return { id: () => id, code: () => code }
}

/** U3: the case is handled, and checked nearby in four taps. */
export async function check(day, { id, code }) {
  const { step, town } = day

  await step('U3: the nearest task is the first', async () => {
    await town.order('acknowledge', id())
    await town.order('result', id())
    await until('the task', async () => {
      await day.ask('sync_now')
      return (await day.row(code())).task === 'check'
    })
    const tasks = await day.some('[data-testid^="p5.task."]')
    const { rows } = await day.ask('list_cases', {
      query: { list: 'todo', text: null, works: [], page: { offset: 0, limit: 50 } },
    })
    const nearest = [...rows].sort((a, b) => (a.distance_m ?? 1e9) - (b.distance_m ?? 1e9))[0]
    assert.equal(tasks[0].testid, `p5.task.${nearest.code}`)
  })

  await step('U3: checked on the spot in four taps', async () => {
    await day.within('U3 check', MOST_TAPS, async () => {
      await day.window.tap(`p5.task.${code()}`)
      await day.shoot()
      await day.window.tap('p11.condition')
      const chip = await day.window.tapUntil('p11.pass', 'p8.card')
      return { 'chip ms': Math.round(chip) }
    })
    await day.window.tap(`case.${code()}`)
    await day.window.sees(day.words('work.feedback'), 'p10.work')
    await day.window.sees(day.words('event.check_pass'))
    const { photos } = await day.ask('find_case', { id: id() })
    assert.ok(photos.some((photo) => photo.kind === 'check' || photo.kind === 'after'))
    await day.home()
  })
}
