// What an assistant does on a round, as walks through the screens that begin and end at today. The numbers are
// those of the tasks in the list of what the screens are for.
import { EVERYTHING } from '../support/day.mjs'
import { until } from '../support/wait.mjs'
import { ANYWHERE } from './arrive.mjs'

const COVER = '01001'
/** Rows that are looked at in turn. */
const MANY = 200

export const rounds = {
  /** H1 and, the first time, H8: a report with a photo and words. */
  async report(day, number) {
    const { window } = day
    await window.tap('tabs.report')
    await window.photo(day.town.pictures.before)
    await window.paints('.photo-row__photo img', 1)
    await window.tap(`p7.category.${COVER}`)
    if (number === 0) await window.tap('p7.urgency.danger')
    await window.type('p7.note', `第${number}次路过，井盖还响`)
    await window.tap('p7.save')
    await window.find('p8.code')
    await window.tap('p8.close')
    await day.home()
  },

  /** H2: what waits to be looked at, if anything does. */
  async check(day) {
    const { window } = day
    const query = { ...EVERYTHING, list: 'todo' }
    const { rows } = await day.ask('list_cases', { query })
    const shown = await window.property('[data-testid^="p5.task."]', 'dataset')
    const isShown = ({ code }) => shown.some(({ testid }) => testid === `p5.task.${code}`)
    const task = rows.find((row) => row.task === 'check' && isShown(row))
    if (!task) return
    await window.tap(`p5.task.${task.code}`)
    await window.photo(day.town.pictures.check)
    await window.paints('.photo-row__photo img', 1)
    await window.tap('p11.condition')
    await window.tap('p11.pass')
    await window.find('p8.card')
    await day.home()
  },

  /** H3 and H7: a household is found, its number shown, and a visit noted. */
  async visit(day, number) {
    const { window } = day
    const query = { ...ANYWHERE, page: { offset: (number * 7) % MANY, limit: MANY } }
    const { rows } = await day.ask('list_households', { query })
    const { phone, contact } = rows.find((row) => row.phone)
    await window.tap('tabs.homes')
    // The end of a number names few; initials may name more than a screen shows.
    for (const key of phone.slice(-4)) await window.touch(`p13.key.${key}`)
    await window.tap(`p13.row.${contact}`)
    await until('the number', async () => {
      if (await window.has('p14.number')) return true
      // Where the machine is busy the card may have come under the finger: one taps again.
      await window.tap('p14.reveal.visit')
      return window.has('p14.number')
    })
    await window.tap('p14.visit')
    await window.tap('p17.topic.needs')
    await window.type('p17.note', `第${number}次走访`)
    await window.tap('p17.save')
    await window.find('kept')
    await day.home()
    await window.tap('tabs.homes')
    await window.tap('p13.clear')
    await day.home()
  },

  /** H4 and H10: what has not been sent, and whether one may go home. */
  async outbox(day) {
    const { window } = day
    await window.tap('strip')
    await window.tap('p15.shift')
    await window.find('h10.answer')
    await day.home()
  },

  /** H5: where a case is, with its history, its photos and its place. */
  async look(day, number) {
    const { window } = day
    await window.tap('tabs.cases')
    await window.tap('p9.list.grid')
    await day.some('[data-testid^="case."]')
    await window.scroll('start')
    await window.settled()
    const rows = await day.some('[data-testid^="case."]')
    await window.tap(rows[number % rows.length].testid)
    await window.find('p10.timeline')
    await day.home()
  },

  /** H6: a value of which there are two is looked at, and left for later. */
  async clash(day) {
    const { window } = day
    const clashes = await day.ask('list_clashes', { household: null })
    const clash = clashes.find(({ household }) => household)
    if (!clash) return
    await window.tap('tabs.me')
    await window.tap('p19.clashes')
    await window.tap(`clashes.${clash.record}.${clash.field}`)
    await window.tap('p16.later')
    await day.home()
  },

  /** The map, and its list. */
  async map(day) {
    const { window } = day
    await window.tap('map')
    // It opens as it was left: as a map, or as a list.
    await window.tap('p12.list')
    await window.tap('p12.list')
    await day.home()
  },

  /** H9 and the rest: messages, where to go, what was done, oneself. */
  async others(day) {
    const { window } = day
    await window.tap('bell')
    await day.home()
    await window.tap('tabs.me')
    await window.tap('p19.help')
    await day.home()
  },
}
