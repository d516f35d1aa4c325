// H3: people of the register are looked for key by key; how long until the page shows the answer and is still.
import { initialsOf } from '../support/initials.mjs'
import { ANYWHERE } from './arrive.mjs'
import { median, quantile } from './numbers.mjs'

const PEOPLE = 25
const MOST_KEYS = 3

export async function search(day) {
  const { window } = day
  const keys = []
  await window.tap('tabs.homes')
  await window.find('p13.key.Z')
  for (const one of await someone(day)) {
    for (const key of one.asked) keys.push(await window.keyUntilSettled(key))
    await isRight(day, one)
    await window.tap('p13.clear')
  }
  await day.home()
  day.figure('a key of a search, until the page is still, median', median(keys), 'ms')
  day.figure('a key of a search, until the page is still, 95th of 100', quantile(keys, 0.95), 'ms')
  day.figure('a key of a search, until the page is still, slowest', Math.max(...keys), 'ms')
}

/** People from all over the register, with keys that find them: initials, or the end of a number. */
async function someone(day) {
  const find = (text, page) => day.ask('list_households', { query: { ...ANYWHERE, text, page } })
  const { total_count: count } = await find(null, { offset: 0, limit: 1 })
  const people = []
  for (let number = 0; number < PEOPLE; number += 1) {
    const offset = Math.floor((number * count) / PEOPLE)
    const [row] = (await find(null, { offset, limit: 1 })).rows
    const initials = initialsOf(row.name ?? '').slice(0, MOST_KEYS)
    const asked = number % 3 === 2 || !initials ? row.phone?.slice(-4) : initials
    if (!asked) continue
    const { rows } = await find(asked, { offset: 0, limit: 200 })
    // Some characters are read in another way in names than the system sorts them by.
    if (rows.some(({ contact }) => contact === row.contact)) people.push({ asked, rows })
  }
  return people
}

/** What the page shows first is something that the engine finds; it may be sorted by how near it is. */
async function isRight(day, { asked, rows }) {
  const shown = await day.window.property('[data-testid^="p13.row."]', 'dataset')
  const first = shown[0]?.testid
  const isFound = ({ contact, id }) => first === `p13.row.${contact ?? id}`
  if (!rows.some(isFound)) throw new Error(`${asked} shows ${first} first`)
}
