// A district, a street and a community server as real processes, with people at their desks. They take one
// order a line, a list of words; crates/fleet/src/stage.rs lists them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { end, start } from './process.mjs'
import { lasting, program } from './places.mjs'

/** With a year, so many cases of it lie in the first grid; it is kept for the next runs. */
export async function openTown(log, env = {}, { cases = 0 } = {}) {
  // Each server has a socket in here, and the name of a socket must be short.
  const home = mkdtempSync(join(tmpdir(), 'linli-town-'))
  const child = start(program('linli-fleet'), ['town', '--town', home, ...yearOf(cases)], {
    stdio: 'pipe',
    log,
    env,
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  async function answer(what) {
    const line = await Promise.race([lines.next(), child.failure])
    if (line.done) throw new Error(`the town ended at "${what}"; see ${log}`)
    const { done, failed } = JSON.parse(line.value)
    if (failed !== undefined) throw new Error(`${what}: ${failed}`)
    return done
  }

  const town = {
    /** Gives an order and waits until it is carried out. */
    async order(...words) {
      child.stdin.write(`${JSON.stringify(words.map(String))}\n`)
      return answer(words.join(' '))
    },
    async close() {
      child.stdin.end()
      await child.ended
      rmSync(home, { recursive: true, force: true })
    },
  }
  try {
    return Object.assign(town, await answer('start'))
  } catch (error) {
    await end(child)
    throw error
  }
}

function yearOf(cases) {
  if (cases === 0) return []
  const year = ['--cases', cases, '--one-grid', '--kept', lasting('bench')]
  return ['--sample', program('linli-sample'), ...year.map(String)]
}
