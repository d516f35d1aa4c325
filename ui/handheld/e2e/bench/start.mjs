// The program is started again and again, and unlocked. What a person needs to type is not in it.
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { SECRET } from '../support/day.mjs'
import { median } from './numbers.mjs'

const TIMES = 7
/** Ticks of the system's clock in a second, as /proc counts them on Linux. */
const TICKS = 100

export async function start(day) {
  const shown = await firstOfToday(day)
  const times = { lock: [], list: [], both: [] }
  for (let time = 0; time < TIMES; time += 1) {
    await day.window.kill()
    await day.open()
    // The page's own clock says when the field was painted; looking costs time of its own.
    const lock = (await paintedAt(day, 'p4.secret')) - startedAt(day.window.processes()[0])
    await day.window.type('p4.secret', SECRET)
    const list = await day.window.tapUntil('p4.unlock', shown)
    times.lock.push(lock)
    times.list.push(list)
    times.both.push(lock + list)
  }
  day.figure('started until locked and ready, median', median(times.lock), 'ms')
  day.figure('unlocked until the list is painted, median', median(times.list), 'ms')
  day.figure('cold start to a usable list, median', median(times.both), 'ms')
  day.figure('cold start to a usable list, slowest', Math.max(...times.both), 'ms')
}

/** The first thing in the list of today. */
async function firstOfToday(day) {
  await day.home()
  const [first] = await day.window.property('[data-testid="p5.todo"] [data-testid]', 'dataset')
  return first?.testid ?? 'p5.duty'
}

/** When an element was painted, in milliseconds since 1970. */
function paintedAt(day, id) {
  return day.window.executeAsyncScript(
    `const [id, done] = arguments
     const css = '[data-testid="' + id + '"]'
     const tell = (paint) => done(performance.timeOrigin + paint)
     const [paint] = performance.getEntriesByName('first-contentful-paint')
     if (document.querySelector(css)) {
       tell(paint?.startTime ?? performance.now())
     } else {
       new MutationObserver((_, seen) => {
         if (!document.querySelector(css)) return
         seen.disconnect()
         requestAnimationFrame(() => setTimeout(() => tell(performance.now())))
       }).observe(document, { subtree: true, childList: true })
     }`,
    id,
  )
}

/** When a process began, in milliseconds since 1970. */
function startedAt(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // After the name, which is in brackets, the 20th number.
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  return Date.now() - (uptime() - ticks / TICKS) * 1000
}
