// Where programs are and where things go.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const target = process.env.LINLI_TARGET ?? join(root, 'target')

/** A program of ours. */
export function program(name) {
  return join(target, 'debug', name)
}

/** An empty folder for this run; screenshots and logs stay in it for people. */
export function folder(...parts) {
  const path = join(target, 'e2e', ...parts)
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
  return path
}
