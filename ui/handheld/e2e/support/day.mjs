// What the usability scripts of a day share: steps that count taps and time, and what a person does often.
import assert from 'node:assert/strict'
import { stepsOf } from './journey.mjs'
import { until } from './wait.mjs'

export const SECRET = 'north gate lamp 36'
/** An ordinary category that everybody may report. */
const CATEGORY = '06052'

/** The day of a journey. */
export function dayOf(t, journey) {
  const day = {
    ...journey,
    /** What was counted, to be printed at the end. */
    figures: [],
    step: stepsOf(t, journey),
    get window() {
      return journey.window
    },
    get town() {
      return journey.town
    },
    open: (how) => journey.open(how),
    shot: (name) => journey.shot(name),
    see: (key, params) => journey.window.sees(journey.words(key, params).trim()),
    ask: (command, args) => journey.window.ask(command, args),
    /** The assistant's other handheld does something. */
    other: (...words) => journey.town.order('handheld', ...words),

    /**
     * Does what a person does and counts it: `most` taps at the most. The time is the machine's: what a
     * finger needs between two taps is not in it.
     */
    async within(name, most, act) {
      const { window } = journey
      window.taps = 0
      window.waited = 0
      const from = performance.now()
      const more = (await act()) ?? {}
      const machine = Math.round(performance.now() - from - window.waited)
      assert.ok(window.taps <= most, `${name}: ${window.taps} taps instead of ${most}`)
      day.note(name, { taps: `${window.taps} of ${most}`, 'machine ms': machine, ...more })
    },

    /** Notes a figure. */
    note(name, values) {
      day.figures.push({ script: name, ...values })
    },

    /** Ends the program at once and starts it again: it is locked. */
    async die(how) {
      await journey.window.kill()
      await journey.open(how)
      await journey.window.find('p4.secret')
    },

    async unlock() {
      await journey.window.type('p4.secret', SECRET)
      await journey.window.tap('p4.unlock')
      await journey.window.gone('p4.secret')
    },

    async dieAndUnlock(how) {
      await day.die(how)
      await day.unlock()
      await journey.window.find('tabs.today')
    },

    /** The names of what is found on the screen, once there is any. */
    async some(css) {
      return until(css, async () => {
        const found = await journey.window.property(css, 'dataset')
        return found.length > 0 && found
      })
    },

    /** Back to the tabs, from wherever one is. */
    async home() {
      await until('the tabs', async () => {
        if (await journey.window.has('tabs.today')) return true
        await journey.window.touch('page.back')
        return false
      })
      await journey.window.touch('tabs.today')
      await journey.window.find('p5.duty')
    },

    /** Takes the first photo with the camera that opens by itself. */
    async shoot() {
      const { window } = journey
      await until('the shutter', async () => (await window.find('p6.shutter')).isEnabled())
      await window.tap('p6.shutter')
      await window.gone('p6.camera')
      await window.paints('.photo-row__photo img', 1)
    },

    /** Chooses a category, from all of them when it is not among the first. */
    async choose(category = CATEGORY) {
      const { window } = journey
      await until('the categories', async () => {
        return (
          (await window.has(`p7.category.${category}`)) || (await window.has('p7.category_more'))
        )
      })
      if (!(await window.has(`p7.category.${category}`))) await window.tap('p7.category_more')
      await window.tap(`p7.category.${category}`)
    },

    /** Reports from the tabs; gives the short code. */
    async report({ note, urgency, category } = {}) {
      const { window } = journey
      await window.tap('tabs.report')
      await day.shoot()
      await day.choose(category)
      if (urgency) await window.tap(`p7.urgency.${urgency}`)
      if (note) await window.type('p7.note', note)
      await window.tap('p7.save')
      const code = await (await window.find('p8.code')).getText()
      return code
    },

    /** The row of a case by its short code. */
    async row(code) {
      const { rows } = await day.ask('list_cases', { query: EVERYTHING })
      return rows.find((row) => row.code === code)
    },

    /** Waits until the delivery of a case is one of these; what a level above has, the community has. */
    async delivered(code, ...asked) {
      const states = asked.includes('community') ? [...asked, 'street', 'district'] : asked
      return until(
        `${code} in ${states}`,
        async () => {
          // After a line was down the handheld waits before it tries again; a person taps "try now".
          if (asked.includes('community')) await day.ask('sync_now')
          const { delivery } = await day.row(code)
          if (states.includes(delivery.state)) return true
          throw new Error(JSON.stringify(delivery))
        },
        60_000,
      )
    },

    /** The states of the rings of the open case, from the device up. */
    async rings(...states) {
      const seen = async () => {
        const levels = await journey.window.property('.receipt-chain__level', 'dataset')
        return levels.map(({ state }) => state).join(' ')
      }
      await until(`the rings ${states}`, async () => (await seen()) === states.join(' '), 30_000)
    },
  }
  return day
}

/** Every case of the grid. */
export const EVERYTHING = { list: 'grid', text: null, works: [], page: { offset: 0, limit: 200 } }
