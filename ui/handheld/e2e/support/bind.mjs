// The shortest way from an empty device to the tabs.
import { SECRET } from './day.mjs'
import { until } from './wait.mjs'

export async function bind(day, how) {
  await day.open(how)
  const { window } = day
  await window.find('p1.ticket')
  if (day.language === 'en') await window.tap('language')
  const { ticket } = await day.town.order('ticket', '0417')
  await window.type('p1.ticket', ticket)
  await window.tap('p1.next')
  await window.type('p2.secret', SECRET)
  await window.type('p2.again', SECRET)
  await window.tap('p2.read')
  await window.tap('p2.bind')
  await confirm(day)
  const start = await window.find('p3.start')
  await until('the first data', () => start.isEnabled())
  await window.tap('p3.start')
  await window.find('tabs.today')
}

/** One may begin to work while cases and households are still on their way: until all are there. */
export function everythingCame(day) {
  const came = async () => {
    const { steps } = await day.ask('first_sync')
    // Photos of others come when somebody looks at them.
    const records = steps.filter(({ part }) => part !== 'photos')
    return records.every(({ state }) => state === 'done')
  }
  return until('everything', came, 180_000)
}

/** The administrator compares the digits, where the server asks for it. */
export async function confirm(day) {
  const isThere = (id) => day.window.has(id)
  await until('the next screen', async () => {
    return (await isThere('p3.start')) || (await isThere('p2.check_code'))
  })
  if (!(await isThere('p2.check_code'))) return
  const digits = await (await day.window.find('p2.check_code')).getText()
  await day.town.order('confirm', digits.replaceAll(/\D/g, ''))
}
