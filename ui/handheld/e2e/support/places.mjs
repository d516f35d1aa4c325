// Where programs are and where things go.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const target = process.env.LINLI_TARGET ?? join(root, 'target')

/** A program of ours, of the profile that LINLI_PROFILE names: debug or release. */
export function program(name) {
  return join(target, process.env.LINLI_PROFILE ?? 'debug', name)
}

/** A folder whose content stays for the next runs. */
export function lasting(...parts) {
  return join(target, ...parts)
}

/** Where the built screens are. */
export const screens = join(root, 'ui/handheld/dist')

/** An empty folder for this run; screenshots and logs stay in it for people. */
export function folder(...parts) {
  const path = join(target, 'e2e', ...parts)
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
  return path
}
