// What a journey stands on: servers, a receiver, a screen, and the window that comes and goes.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openClock } from './clock.mjs'
import { openDisk } from './disk.mjs'
import { folder } from './places.mjs'
import { openReceiver } from './receiver.mjs'
import { openScreen } from './screen.mjs'
import { openTown } from './town.mjs'
import { openWindow } from './window.mjs'
import { wordsOf } from './words.mjs'
import { problemsOf, sizeProblemsOf } from '../../scripts/scan.mjs'

/**
 * Everything for one journey in one language. `close` ends all of it, whatever has happened.
 *
 * With a `clock`, everything lives by one that can be put forward; with a `disk`, the device's folder is on a
 * small one, where it can be mounted. With `cases`, the grid has that many behind it, and all its people.
 * Without pictures, the window paints as the program does on this machine.
 */
export async function prepare(
  language,
  { name = '', hasClock = false, hasDisk = false, hasPictures = true, cases = 0 } = {},
) {
  const shots = hasPictures ? folder('shots', name, language) : undefined
  const logs = folder('logs', name, language)
  const home = mkdtempSync(join(tmpdir(), 'linli-window-'))
  const closers = []
  const clock = hasClock ? openClock(home) : undefined
  const journey = {
    language,
    words: wordsOf(language),
    folder: home,
    clock,
    disk: hasDisk ? openDisk(join(home, 'device')) : undefined,
    window: undefined,
    number: 0,
    /** What no screen may have and a screen of this journey had, each with the screen's name. */
    problems: [],

    /**
     * Opens the window on this journey's device, for the first time or again; with a receiver elsewhere or
     * `off`, and with a camera, where that is asked for.
     */
    async open({ gpsd = journey.receiver.address, hasCamera = false, at = home, env = {} } = {}) {
      journey.window = await openWindow({
        display: journey.screen.display,
        gpsd,
        hasCamera,
        home: at,
        picturesIn: shots,
        env: { ...clock?.env, ...env },
      })
    },

    /**
     * Takes pictures under the next number, as it is and on the narrowest handheld with the largest text
     * and targets, and looks in both for what no screen may have.
     */
    async shot(name) {
      const { window, problems } = journey
      journey.number += 1
      const title = `${String(journey.number).padStart(2, '0')}-${name}`
      const note = (found) => problems.push(...found.map((problem) => `${title}: ${problem}`))
      await window.shot(title)
      note(await problemsOf(window))
      await window.atWorst(async () => {
        await window.shot(`${title}-narrow`)
        note((await sizeProblemsOf(window)).map((problem) => `narrow: ${problem}`))
      })
    },

    async close() {
      await journey.window?.close()
      for (const close of closers.reverse()) await close()
      journey.disk?.close()
      const log = join(home, 'window.log')
      if (existsSync(log)) copyFileSync(log, join(logs, 'window.log'))
      rmSync(home, { recursive: true, force: true })
    },
  }
  async function also(name, opened) {
    journey[name] = await opened
    closers.push(() => journey[name].close())
  }
  try {
    await also('screen', openScreen())
    await also('town', openTown(join(logs, 'town.log'), clock?.env, { cases }))
    await also('receiver', openReceiver(home, journey.town.doors[0]))
  } catch (error) {
    await journey.close()
    throw error
  }
  return journey
}

/** Steps one after the other, each counted. After one that failed the rest is not tried. */
export function stepsOf(t, journey) {
  let broken
  return (name, act) =>
    t.test(name, async () => {
      if (broken) throw new Error(`not tried: "${broken}" failed`)
      try {
        await act()
      } catch (error) {
        broken = name
        await journey.shot('failed').catch(() => {})
        throw error
      }
    })
}
