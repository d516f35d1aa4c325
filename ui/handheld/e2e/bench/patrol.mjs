// A patrol by script: on duty, everything that a round has, one after the other, until the time is over.
import { rounds } from './rounds.mjs'

export async function patrol(day, minutes) {
  const { window } = day
  const end = performance.now() + minutes * 60_000
  await day.home()
  await window.tap('p5.duty_switch')
  let done = 0
  while (performance.now() < end) {
    for (const [, walk] of Object.entries(rounds)) {
      await walk(day, done + 1)
      if (performance.now() > end) break
    }
    done += 1
  }
  await day.home()
  await window.tap('p5.duty_switch')
  await window.find('summary.when')
  await day.home()
  day.figure('rounds of the patrol', done, '')
  day.figure('minutes of the patrol', minutes, '')
}
