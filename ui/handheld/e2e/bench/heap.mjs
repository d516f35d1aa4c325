// The heap of the page's JavaScript, from what the engine says of each collection.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SECRET } from '../support/day.mjs'

/** Starts the program so that its JavaScript engine tells of each collection; gives where that begins. */
export async function watchHeap(day) {
  await day.window.kill()
  await day.open({ env: { JSC_logGC: '1' } })
  await day.window.type('p4.secret', SECRET)
  await day.window.tap('p4.unlock')
  await day.window.find('tabs.today')
  const log = join(day.folder, 'window.log')
  return { log, from: statSync(log).size }
}

export function measureHeap(day, { log, from }) {
  const text = heapOfPage(readFileSync(log).subarray(from).toString('utf8'))
  const before = numbers(text, /START \w (\d+)kb =>/g)
  const after = numbers(text, /=> (\d+)kb, p=/g)
  if (after.length < 8) throw new Error(`the engine has told of ${after.length} collections`)
  day.figure('collections of the heap', after.length, '')
  day.figure('heap of JavaScript, largest', Math.max(...before), 'MiB')
  // What a quarter leaves at the least is what is really held in it.
  const quarter = Math.floor(after.length / 4)
  const least = [0, 1, 2, 3].map((number) =>
    Math.min(...after.slice(number * quarter, (number + 1) * quarter)),
  )
  least.forEach((size, at) =>
    day.figure(`heap held in quarter ${at + 1} of the patrol`, size, 'MiB'),
  )
  const growth = least[3] / least[2] - 1
  day.figure('growth of the heap from the third quarter to the last', growth * 100, '%')
}

/** What is told of the page's heap; sound and the driver have small ones of their own, which are collected rarely. */
function heapOfPage(text) {
  const heaps = {}
  for (const line of text.split('\n')) {
    const [name] = /^\[GC<\w+/.exec(line) ?? []
    if (name) (heaps[name] ??= []).push(line)
  }
  const [most = []] = Object.values(heaps).sort((one, other) => other.length - one.length)
  return most.join('\n')
}

function numbers(text, pattern) {
  return [...text.matchAll(pattern)].map(([, size]) => Number(size) / 1024)
}
