// The register in the hand: found, looked at, corrected, added, moved out and visited without any network,
// each within six taps.
import assert from 'node:assert/strict'
import { initialsOf } from './initials.mjs'
import { until } from './wait.mjs'

const MOST_TAPS = 6
const ANYWHERE = { building: null, entrance: null, dwelling: null, near: null }

const told = {
  'zh-CN': { called: '99号楼1单元101 钱样例家', name: '钱样例', note: '希望楼门口装扶手' },
  en: { called: '99-1-101 Qian sample household', name: 'Qian Yangli', note: 'Wants a handrail' },
}

/** From the tab of today to it again; gives a look at what must have stayed. */
export async function registerSteps({ step, journey, language }) {
  const { words } = journey
  const mine = told[language]
  const see = (key, params) => journey.window.sees(words(key, params))
  const asked = (query) => journey.window.ask('list_households', { query })
  const page = { offset: 0, limit: 200 }
  let row
  let keys

  /** Counts the taps of what a person does, fields that are tapped into included. */
  async function within(most, act) {
    journey.window.taps = 0
    await act()
    assert.ok(journey.window.taps <= most, `${journey.window.taps} taps instead of ${most}`)
  }

  async function press(keys) {
    for (const key of keys) await journey.window.touch(`p13.key.${key}`)
  }

  await step('a household is found by two initials, in two taps', async () => {
    const all = await until('the households', async () => {
      const list = await asked({ ...ANYWHERE, text: null, page })
      return list.total_count > 0 && list
    })
    // Somebody whose first two initials lead to few.
    for (const one of all.rows.filter(({ name, phone }) => phone && name)) {
      keys = initialsOf(one.name).slice(0, 2)
      if (keys.length < 2) continue
      const { rows } = await asked({ ...ANYWHERE, text: keys, page })
      if (rows.length <= 4 && rows.some(({ id }) => id === one.id)) row = one
      if (row) break
    }
    assert.ok(row, 'two initials lead to nobody alone')
    await within(2, async () => {
      await journey.window.tap('tabs.homes')
      await journey.shot('homes')
      await press(keys)
      await journey.window.find(`p13.row.${row.contact}`)
      await journey.shot('homes-found')
      await journey.window.tap(`p13.row.${row.contact}`)
    })
    await journey.window.sees(row.phone, `p14.contact.${row.contact}`)
    await journey.shot('household')
  })

  await step('its number is shown for a purpose, and the log says so', async () => {
    await within(1, () => journey.window.tap('p14.reveal.visit'))
    const number = await (await journey.window.find('p14.number')).getText()
    assert.match(number, /^\+?\d{3,20}$/)
    assert.equal(number.slice(-4), row.phone.slice(-4))
    await journey.shot('household-number')
    await journey.window.tap('p14.access')
    await journey.window.sees(words('purpose.visit'), 'access.row')
    await journey.shot('access')
    await journey.window.tap('page.back')
    await journey.window.find('p14.change')
  })

  await step('the number is corrected', async () => {
    await within(MOST_TAPS, async () => {
      await journey.window.tap('p14.edit_phone')
      await journey.window.type('phone.number', 'abc')
      await journey.window.tap('phone.save')
      await see('issue.phone')
      await journey.shot('phone-wrong')
      await journey.window.type('phone.number', '990 1234 0077')
      await journey.window.tap('phone.save')
    })
    await journey.window.sees(words('kept.phone'), 'kept')
    await see('saved.on_device', { time: '' })
    await journey.window.sees('990****0077', `p14.contact.${row.contact}`)
    await journey.shot('household-corrected')
  })

  await step('a visit is noted', async () => {
    await within(MOST_TAPS, async () => {
      await journey.window.tap('p14.visit')
      await journey.window.tap('p17.topic.needs')
      await journey.window.type('p17.note', mine.note)
      await journey.shot('visit')
      await journey.window.tap('p17.save')
    })
    await journey.window.sees(words('kept.visit'), 'kept')
    await journey.window.sees(words('topic.needs'), 'p14.visits')
    await journey.window.tap('p14.visits_all')
    await journey.window.sees(mine.note, 'p14.visits')
    await journey.shot('household-visited')
  })

  await step('a household is added, with a person who agreed', async () => {
    await journey.window.tap('page.back')
    await journey.window.tap('p13.clear')
    await within(MOST_TAPS, async () => {
      await journey.window.tap('p13.add')
      await journey.window.type('add.called', mine.called)
      await journey.window.type('person.name', mine.name)
      await journey.window.tap('add.save')
      await see('consent.missing')
      await journey.shot('home-add-missing')
      await journey.window.tap('person.consent.spoken')
      await journey.window.tap('add.save')
    })
    await journey.window.sees(words('kept.home_added'), 'kept')
    await journey.window.sees(mine.called)
    await journey.shot('home-added')
  })

  await step('that household moves out again, and is found no more', async () => {
    await within(MOST_TAPS, async () => {
      await journey.window.tap('p14.change')
      await journey.shot('home-change')
      await journey.window.tap('change.move-out')
      await journey.shot('move-out')
      await journey.window.tap('move_out.save')
    })
    await journey.window.sees(words('kept.moved_out'), 'kept')
    const { rows } = await asked({ ...ANYWHERE, text: '99-1-101', page })
    assert.deepEqual(
      rows.filter(({ address_form }) => address_form === mine.called),
      [],
    )
    assert.ok((await journey.window.ask('outbox')).register_count > 0)
    await press('ZZZZ')
    await see('homes.nothing', { text: 'ZZZZ' })
    await journey.shot('homes-nothing')
    await journey.window.tap('page.back')
    await journey.window.find('tabs.report')
  })

  /** What was saved is there, whatever has happened to the program since. */
  return async () => {
    const card = await journey.window.ask('find_household', { id: row.id })
    assert.equal(card.row.phone, '990****0077')
    assert.deepEqual(
      card.visits.map((visit) => visit.note),
      [mine.note],
    )
  }
}
