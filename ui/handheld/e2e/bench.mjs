// What the window of the handheld costs on a grid with all its people and a year of cases: the shipped program,
// real servers, a real window. One line of JSON for each figure on standard output: {"figure","value","unit"}.
//
// LINLI_PROFILE names the programs that are measured, LINLI_CASES how many cases the grid has, LINLI_MINUTES how
// long the patrol takes.
import { arrive } from './bench/arrive.mjs'
import { measureHeap, watchHeap } from './bench/heap.mjs'
import { measureEmptyWindow, measureMemory } from './bench/memory.mjs'
import { patrol } from './bench/patrol.mjs'
import { report } from './bench/report.mjs'
import { measureScreens } from './bench/screens.mjs'
import { scroll } from './bench/scroll.mjs'
import { search } from './bench/search.mjs'
import { start } from './bench/start.mjs'
import { tour } from './bench/tour.mjs'
import { dayOf } from './support/day.mjs'
import { prepare } from './support/journey.mjs'

const CASES = Number(process.env.LINLI_CASES ?? 3_000)
const MINUTES = Number(process.env.LINLI_MINUTES ?? 30)

const journey = await prepare('zh-CN', { name: 'bench', hasPictures: false, cases: CASES })
try {
  const day = { ...dayOf(undefined, journey), figure, cases: CASES }
  Object.defineProperty(day, 'window', { get: () => journey.window })
  measureScreens(day)
  await arrive(day)
  await start(day)
  measureMemory(day, 'after the start')
  await tour(day)
  measureMemory(day, 'after the tour')
  await report(day)
  await search(day)
  await scroll(day)
  measureMemory(day, 'after reports, searches and the scroll')
  await measureEmptyWindow(day)
  const heap = await watchHeap(day)
  await patrol(day, MINUTES)
  measureHeap(day, heap)
  measureMemory(day, 'after the patrol')
} finally {
  await journey.close()
}

/** Tells a figure. */
function figure(name, value, unit) {
  process.stdout.write(`${JSON.stringify({ figure: name, value, unit })}\n`)
}
