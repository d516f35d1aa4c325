// An empty device is bound in the window, and everything comes.
import { bind, everythingCame } from '../support/bind.mjs'
import { EVERYTHING } from '../support/day.mjs'

export const ANYWHERE = { building: null, entrance: null, dwelling: null, near: null, text: null }

export async function arrive(day) {
  const from = performance.now()
  await bind(day)
  day.figure('bound by hand until the tabs are there', (performance.now() - from) / 1000, 's')
  await everythingCame(day)
  const { total_count: cases } = await day.ask('list_cases', { query: EVERYTHING })
  const { total_count: households } = await day.ask('list_households', {
    query: { ...ANYWHERE, page: { offset: 0, limit: 1 } },
  })
  if (cases < day.cases * 0.98) throw new Error(`only ${cases} cases came`)
  day.figure('cases on the handheld', cases, '')
  day.figure('households on the handheld', households, '')
}
