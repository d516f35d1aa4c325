// U7 (H6) and U8: two people change one thing at once, and a line breaks before the receipt.
import assert from 'node:assert/strict'
import { until } from '../support/wait.mjs'

const MOST_TAPS = 3
const NAME = '张伟'
const HERE = '99055550001'
const THERE = '99055550002'

const ANYWHERE = {
  building: null,
  entrance: null,
  dwelling: null,
  near: null,
  page: { offset: 0, limit: 50 },
}

/** U7: both values stay, one person chooses, and the other one hears of it. */
export async function twoVersions(day) {
  const { step, town } = day
  let card
  const clash = () => day.ask('list_clashes', { household: card.row.id })

  await step('U7: two handhelds change one number without a network', async () => {
    const { id } = await until('the household', async () => {
      const { rows } = await day.ask('list_households', { query: { ...ANYWHERE, text: 'ZW' } })
      return rows.find((one) => one.name === NAME)
    })
    card = await day.ask('find_household', { id })
    await day.other('sync')
    await town.order('cut', 'community')
    const { masked } = card.contacts[0].phones[0]
    await day.other('household', 'phone', id, '--add', THERE, '--replace', masked.slice(-4))
    await day.window.tap('tabs.homes')
    for (const key of 'ZW') await day.window.touch(`p13.key.${key}`)
    await day.window.tap(`p13.row.${card.contacts[0].id}`)
    await day.window.tap('p14.edit_phone')
    await day.window.type('phone.number', HERE)
    await day.window.tap('phone.save')
    await day.window.find('kept')
  })

  await step('U7: both show both, with who, when and on which device', async () => {
    await town.order('restore', 'community')
    await until('both values', async () => {
      await day.other('sync')
      const here = await clash()
      const there = await day.other('clashes')
      return here.length > 0 && JSON.stringify(there).includes(HERE.slice(-4)) && here
    })
    const [{ field, versions }] = await clash()
    assert.equal(versions.length, 2)
    for (const version of versions) {
      assert.ok(version.at > 0 && version.staff_name && version.device, JSON.stringify(version))
    }
    assert.equal(new Set(versions.map((one) => one.device)).size, 2)
    const { items, register_count } = await day.ask('outbox')
    assert.equal(items.length + register_count, 0, 'nothing was held up')
    await day.within('U7 settle', MOST_TAPS, async () => {
      await day.window.tap(`clash.${field}`)
      await day.window.find('p16.version')
      await day.window.tap('p16.version')
      await day.window.tap('p16.confirm')
      await day.window.gone('p16.confirm')
    })
    await day.shot('u07-settled')
  })

  await step('U7: the choice reaches the other handheld', async () => {
    await until('no clash', async () => {
      await day.other('sync')
      return (await clash()).length === 0 && (await day.other('clashes')).length === 0
    })
    await day.home()
    await day.window.tap('tabs.homes')
    await day.window.tap('p13.clear')
    await day.home()
  })
}

/** U8: a case is added to while its first version is on its way, and the answer is lost. */
export async function versions(day) {
  const { step, town } = day
  let code

  await step('U8: the answer to the first version is lost: sent, no receipt yet', async () => {
    await town.order('keep_answers', 'community')
    code = await day.report({ note: 'U8 first' })
    const { case: id } = await town.order('find', code)
    await town.order('cut', 'community')
    await day.delivered(code, 'unsure', 'waiting')
    const { delivery } = await day.row(code)
    assert.equal(delivery.state, 'unsure')
    await day.window.sees(day.words('delivery.unsure'), `case.${code}`)
    await day.shot('u08-unsure')
    assert.ok(id)
  })

  await step('U8: it arrives once, and so does what is added', async () => {
    await town.order('restore', 'community')
    await day.delivered(code, 'community')
    await town.order('cut', 'community')
    await day.window.tap(`case.${code}`)
    await day.window.tap('p10.add')
    await day.window.type('add.note', 'U8 second')
    await day.window.tap('add.save')
    await day.delivered(code, 'newer', 'waiting')
    await day.home()
    await town.order('restore', 'community')
    await day.delivered(code, 'community')
    const { id } = await day.row(code)
    const { timeline } = await day.ask('find_case', { id })
    const events = timeline.map((line) => line.event ?? line.what?.code ?? line.code)
    assert.equal(events.filter((name) => name === 'report').length, 1)
    assert.equal(events.filter((name) => name === 'amend').length, 1)
  })
}
