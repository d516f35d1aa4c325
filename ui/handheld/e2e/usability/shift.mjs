// U12 (H7, H9, H11): a visit, the track of a patrol, wrong passphrases, and two weeks later.
import assert from 'node:assert/strict'
import { SECRET } from '../support/day.mjs'
import { until } from '../support/wait.mjs'

const MOST_TRIES = 10
const TWO_WEEKS = 15 * 24 * 3600

export async function day12(day) {
  const { step, town } = day
  let waiting

  await step('U12: a visit is noted with voice in five taps', async () => {
    await day.window.tap('tabs.homes')
    for (const key of 'ZW') await day.window.touch(`p13.key.${key}`)
    const only = await until('the household alone', async () => {
      const [first, ...others] = await day.some('[data-testid^="p13.row."]')
      return others.length === 0 && first
    })
    await day.window.tap(only.testid)
    await day.within('U12 visit', 5, async () => {
      await day.window.tap('p14.visit')
      await day.window.tap('p17.topic.needs')
      await day.window.tap('voice.button')
      await until('some seconds of it', async () => {
        const left = await (await day.window.find('voice.left')).getText()
        return Number(/\d+/.exec(left)) < 58
      })
      await day.window.tap('voice.button')
      await day.window.find('voice.kept')
      await day.window.tap('p17.save')
      await day.window.find('kept')
    })
    await day.window.tap('p14.visits_all')
    await day.window.tap('voice.play')
    await day.window.sees(day.words('voice.stop'), 'voice.play')
    await day.shot('u12-visit')
    await day.home()
    await day.window.tap('tabs.homes')
    await day.window.tap('p13.clear')
    await day.home()
  })

  await step(
    'U12: the track shows a badge while it runs, goes on behind the lock, and ends',
    async () => {
      await day.window.tap('tabs.me')
      await day.window.tap('p19.track')
      await day.window.tap('track.choice.on')
      await until('the choice', async () => (await day.ask('track')).choice === 'on')
      await day.home()
      await day.within('U12 begin the patrol', 1, async () => {
        await day.window.tap('p5.duty_switch')
        await day.window.find('p5.patrol')
      })
      await day.window.find('strip.track')
      await until('a point', async () => (await day.ask('track')).rows.length > 0)
      await day.window.tap('tabs.me')
      await day.window.tap('p19.lock')
      await day.window.find('p4.secret')
      await day.unlock()
      await until('the track goes on', async () => (await day.ask('duty')).is_tracking)
      await day.home()
      await day.within('U12 end the patrol', 1, async () => {
        await day.window.tap('p5.duty_switch')
        await day.window.find('summary.when')
      })
      await day.home()
      assert.equal(await day.window.has('strip.track'), false)
      assert.equal((await day.ask('track')).rows.length, 1)
    },
  )

  await step('U12: ten wrong passphrases lock, and what is unsent survives', async () => {
    await town.order('cut', 'community')
    waiting = await day.report({ note: 'U12 unsent' })
    await day.window.tap('tabs.me')
    await day.window.tap('p19.lock')
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      await day.window.type('p4.secret', `wrong passphrase ${tries}`)
      await day.window.tap('p4.unlock')
      // The field is empty once the engine has answered.
      await until('the answer', async () => {
        const [value] = await day.window.property('[data-testid="p4.secret"] input', 'value')
        return value === ''
      })
    }
    await day.window.sees(day.words('lock.waiting', { n: 1 }))
    await day.shot('u12-too-many')
  })

  await step('U12: fifteen days later the track is gone and the report is there', async () => {
    day.clock.forward(TWO_WEEKS)
    await day.window.type('p4.secret', SECRET)
    await day.window.tap('p4.unlock')
    await day.window.gone('p4.secret')
    await day.home()
    assert.equal((await day.ask('track')).rows.length, 0)
    await day.window.tap('strip')
    await day.window.find(`p15.item.${waiting}`)
    await day.shot('u12-two-weeks')
    await day.home()
    await town.order('restore', 'community')
    await day.delivered(waiting, 'community')
  })
}
