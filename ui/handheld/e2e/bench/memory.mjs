// The memory of the program and of the processes that draw and load for it. What they share with others counts
// for each in its part (PSS).
import { readFileSync } from 'node:fs'

export function measureMemory(day, when) {
  const sizes = day.window.processes().map((pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) / 1024
  })
  day.figure(`memory of the program ${when}`, sizes[0], 'MiB')
  const sum = sizes.reduce((one, other) => one + other, 0)
  day.figure(`memory of all processes ${when}`, sum, 'MiB')
}
