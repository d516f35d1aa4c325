// The program dies at any moment of a tour through its screens, while the line is cut, slow, or keeps answers to
// itself so that everything is sent twice. Whatever a screen has called saved is there, once; so are drafts.
//
// LINLI_KILLS says how often (30), LINLI_SEED which moments. Three handhelds, each with a town of its own, share
// the deaths: a program that is started anew waits for most of the time.
import { randomInt } from 'node:crypto'
import { describe, test } from 'node:test'
import { chances } from './support/chance.mjs'
import { dayOf } from './support/day.mjs'
import { prepare } from './support/journey.mjs'
import { bind, everythingCame } from './support/bind.mjs'
import { toursOf } from './support/tours.mjs'
import { until, within } from './support/wait.mjs'
import { settleIn } from './usability/find.mjs'

const KILLS = Number(process.env.LINLI_KILLS ?? 30)
const SEED = Number(process.env.LINLI_SEED ?? randomInt(2 ** 31))
const LANES = 3
/** The latest moment of a tour at which the program dies, in milliseconds. */
const LATEST = 4_500

describe(`killed ${KILLS} times, seed ${SEED}`, { concurrency: LANES }, () => {
  for (let lane = 0; lane < LANES; lane += 1) {
    const kills = Math.floor((KILLS + lane) / LANES)
    const name = `handheld ${lane + 1}, killed ${kills} times`
    test(name, { timeout: 120_000 + kills * 60_000 }, (t) => live(t, lane, kills))
  }
})

/**
 * Where a tour was when its window died. A call whose answer broke off in its middle never ends: the driver's
 * client does not tell of it.
 */
function ended(walked, tours) {
  return within('the end of the tour', walked, 60_000).catch(() => tours.place())
}

/** The life of one handheld. */
async function live(t, lane, kills) {
  const chance = chances(SEED + lane)
  const journey = await prepare('zh-CN', { name: `kill-${lane + 1}`, hasPictures: false })
  t.after(() => journey.close())
  const day = dayOf(t, journey)
  const { town } = journey
  const tours = toursOf(day)
  const died = {}

  await day.step('a handheld is bound', async () => {
    await settleIn(day)
    await bind(day)
    await everythingCame(day)
  })

  await day.step(`it dies ${kills} times`, async () => {
    for (let kill = 0; kill < kills; kill += 1) {
      const tour = chance.one(tours.all)
      const line = chance.one(LINES)
      await line.set(town, chance)
      const moment = chance.below(LATEST)
      let isDead = false
      const walked = tour.walk(kill).then(
        () => 'its end',
        (error) => {
          if (!isDead) throw error
          return tours.place()
        },
      )
      // The tour may fail by itself before the kill: that is told, not hidden.
      await Promise.race([walked, new Promise((resolve) => setTimeout(resolve, moment))])
      isDead = true
      await journey.window.kill()
      const place = `${tour.name}, ${await ended(walked, tours)}`
      died[place] = (died[place] ?? 0) + 1
      await journey.open()
      await journey.window.find('p4.secret')
      await day.unlock()
      await journey.window.find('tabs.today')
      try {
        await tours.check()
      } catch (error) {
        throw new Error(`kill ${kill} at ${moment} ms, ${place}, ${line.name}: ${error.message}`, {
          cause: error,
        })
      }
    }
  })

  await day.step('what was begun is finished, and every tour leads to its end', async () => {
    await town.order('cut', 'community')
    await town.order('restore', 'community')
    for (const tour of tours.all) {
      await within(`the end of a ${tour.name}`, tour.walk(kills), 60_000)
    }
    await tours.check()
  })

  await day.step('in the end the community has everything once', async () => {
    await until(
      'an empty outbox',
      async () => {
        await day.ask('sync_now')
        const { items, register_count } = await day.ask('outbox')
        return items.length === 0 && register_count === 0
      },
      120_000,
    )
    await tours.checkElsewhere()
    console.table(Object.entries(died).map(([where, times]) => ({ 'died at': where, times })))
    console.table([tours.counts()])
  })
}

/** What the line does meanwhile. */
const LINES = [
  { name: 'a whole line', set: (town) => town.order('restore', 'community') },
  { name: 'a cut line', set: (town) => town.order('cut', 'community') },
  {
    name: 'a line that is cut soon',
    async set(town, chance) {
      await town.order('restore', 'community')
      await town.order('cut_after', 'community', 500 + chance.below(60_000))
    },
  },
  {
    name: 'a slow line',
    async set(town, chance) {
      await town.order('restore', 'community')
      await town.order('delay', 'community', 20 + chance.below(400))
    },
  },
  {
    name: 'a line that keeps answers',
    async set(town) {
      await town.order('restore', 'community')
      await town.order('keep_answers', 'community')
    },
  },
]
