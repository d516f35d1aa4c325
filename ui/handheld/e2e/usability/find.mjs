// U4 (H3): a household is found by initials, by door and by the tail of a number.
import assert from 'node:assert/strict'
import { until } from '../support/wait.mjs'

const MOST_TAPS = 2
const PEOPLE = [
  { form: '张先生家', name: '张伟', phone: '99012342210', keys: ['ZW', '2210'] },
  // Surnames that are read in two ways: a person may know either.
  { form: '仇女士家', name: '仇样例', phone: '99012340031', keys: ['QYL', 'CYL'] },
  { form: '单先生家', name: '单样例', phone: '99012340032', keys: ['SYL', 'DYL'] },
]

/** Puts the people of the script into the register by the other handheld; before the first run. */
export async function settleIn(day) {
  for (const { form, name, phone } of PEOPLE) {
    const person = ['--name', name, '--phone', phone, '--people', '2', '--consent', 'invented']
    await day.other('household', 'add', form, ...person)
  }
  await day.other('sync')
}

export async function find(day) {
  const { step } = day

  for (const { name, phone, keys } of PEOPLE) {
    for (const asked of keys) {
      await step(`U4: ${name} is found by ${asked}`, async () => {
        const worst = { ms: 0 }
        await day.within(`U4 find ${asked}`, MOST_TAPS, async () => {
          await day.window.tap('tabs.homes')
          const row = await until('the household', async () => {
            const { rows } = await day.ask('list_households', {
              query: { ...ANYWHERE, text: asked },
            })
            return rows.find((one) => one.name === name)
          })
          for (const key of asked)
            worst.ms = Math.max(worst.ms, await day.window.keyUntilSettled(key))
          await until('the row in view', () => isInView(day, `p13.row.${row.contact}`))
          await day.window.tap(`p13.row.${row.contact}`)
          await day.window.sees(`${phone.slice(0, 3)}****${phone.slice(-4)}`)
          return { 'slowest key ms': Math.round(worst.ms) }
        })
        await day.home()
        await day.window.tap('tabs.homes')
        await day.window.tap('p13.clear')
        await day.home()
      })
    }
  }

  await step('U4: the number is masked until there is a purpose, and the log knows', async () => {
    const [{ name, phone, keys }] = PEOPLE
    await day.window.tap('tabs.homes')
    for (const key of keys[1]) await day.window.touch(`p13.key.${key}`)
    await day.window.sees(name)
    const [row] = await day.some('[data-testid^="p13.row."]')
    assert.ok(!(await day.window.text()).includes(phone))
    await day.window.tap(row.testid)
    await day.window.find('p14.reveal.visit')
    assert.ok(!(await day.window.text()).includes(phone))
    const before = (await day.ask('access_log', { record: null })).rows.length
    await day.window.tap('p14.reveal.visit')
    await day.window.sees(phone, 'p14.number')
    const log = await day.ask('access_log', { record: null })
    assert.equal(log.rows.length, before + 1)
    await day.home()
    await day.window.tap('tabs.homes')
    await day.window.tap('p13.clear')
    await day.home()
  })
}

const ANYWHERE = {
  building: null,
  entrance: null,
  dwelling: null,
  near: null,
  page: { offset: 0, limit: 50 },
}

function isInView(day, id) {
  return day.window.run(
    `const row = document.querySelector('[data-testid="' + arguments[0] + '"]')
     if (!row) return false
     const { top, bottom } = row.getBoundingClientRect()
     const pad = document.querySelector('[data-testid="p13.pad"]')
     return top >= 0 && bottom <= (pad ? pad.getBoundingClientRect().top + 1 : innerHeight)`,
    id,
  )
}
