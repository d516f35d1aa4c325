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
