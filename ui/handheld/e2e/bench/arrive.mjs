// An empty device is bound in the window, and everything comes.
import { bind } from '../support/bind.mjs'
import { EVERYTHING } from '../support/day.mjs'
import { until } from '../support/wait.mjs'

export const ANYWHERE = { building: null, entrance: null, dwelling: null, near: null, text: null }

export async function arrive(day) {
  const from = performance.now()
  await bind(day)
  day.figure('bound by hand until the tabs are there', (performance.now() - from) / 1000, 's')
  await until(
    'everything',
    async () => {
      const { steps } = await day.ask('first_sync')
      // Photos of others come when somebody looks at them.
      const records = steps.filter(({ part }) => part !== 'photos')
      return records.every(({ state }) => state === 'done')
    },
    180_000,
  )
  const { total_count: cases } = await day.ask('list_cases', { query: EVERYTHING })
  const { total_count: households } = await day.ask('list_households', {
    query: { ...ANYWHERE, page: { offset: 0, limit: 1 } },
  })
  if (cases < day.cases * 0.98) throw new Error(`only ${cases} cases came`)
  day.figure('cases on the handheld', cases, '')
  day.figure('households on the handheld', households, '')
}
