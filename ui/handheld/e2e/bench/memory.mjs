// The memory of the program and of the processes that draw and load for it. What they share with others counts
// for each in its part (PSS). A window of the web engine's own small browser with nothing in it says how much of
// that no program can do without.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBrowserWindow } from '../support/window.mjs'

const KINDS = { WebKitWebProces: 'drawing', WebKitNetworkPr: 'loading' }

export function measureMemory(day, when) {
  const kinds = day.window.processes().map(memoryOf)
  for (const { kind, size } of kinds) day.figure(`memory of ${kind} ${when}`, size, 'MiB')
  day.figure(`memory of all processes ${when}`, sumOf(kinds), 'MiB')
}

/** An empty window, while the handheld's own is open as well. */
export async function measureEmptyWindow(day) {
  const home = mkdtempSync(join(tmpdir(), 'linli-empty-'))
  const { display } = day.screen
  const window = await openBrowserWindow({ display, home, picturesIn: home, hasCamera: false })
  try {
    await window.go('about:blank')
    const kinds = window.processes().map(memoryOf)
    day.figure('memory of all processes of an empty window', sumOf(kinds), 'MiB')
  } finally {
    await window.close()
    rmSync(home, { recursive: true, force: true })
  }
}

function memoryOf(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const size = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) / 1024
  const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  return { kind: KINDS[name] ?? 'the program', size }
}

const sumOf = (kinds) => kinds.reduce((sum, { size }) => sum + size, 0)
