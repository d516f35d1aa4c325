// H1 to H12 once, each through its screens, so that everything was on the screen before memory is measured.
import { rounds } from './rounds.mjs'

export async function tour(day) {
  for (const [, walk] of Object.entries(rounds)) await walk(day, 0)
}
