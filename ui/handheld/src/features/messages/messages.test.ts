import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { ApiError } from '../../api'
import { FakeEngine } from '../../api/fake'
import { openApp, unmountAll } from '../../test/app'
import { daysOf } from './days'

/** Noon, so that everything of the morning is of one day. */
const noon = () => new Date(2026, 8, 1, 12, 0).getTime()
const rows = () => [...document.querySelectorAll<HTMLElement>('.message-card')]
const words = (element: Element | undefined) => element?.textContent?.replace(/\s+/g, ' ') ?? ''
const returned = () => rows().find((row) => words(row).includes('缺近景照片'))

test('the bell on Today counts what is not read and leads to the messages', async () => {
  const app = await openApp('/', { scenario: 'connected', now: noon })
  const { unread_count } = await app.engine.listMessages()
  expect(unread_count).toBeGreaterThan(3)
  expect(app.text('bell')).toContain(String(unread_count))
  await app.tap('bell')
  expect(app.route()).toBe('messages')
  expect(app.text('p18.count')).toBe(`${unread_count} 条未读`)
})

test('a message says what, about what and where, by whom and why', async () => {
  await openApp('/messages', { scenario: 'connected', now: noon })
  const text = words(returned())
  expect(text).toContain('未读')
  expect(text).toContain('退回')
  expect(text).toContain('坡道破损 · 花市大街 112 号')
  expect(text).toContain('缺近景照片 · 看不清破损处，请拍近景。')
  expect(text).toContain('东花市街道分中心 · W8C-27D')
  expect(rows().some((row) => words(row).includes('社区已收'))).toBe(true)
})

test('a message leads to where its task is done, and is read then', async () => {
  const app = await openApp('/messages', { scenario: 'connected', now: noon })
  const wanted = rows().find((row) => words(row).includes('要求现场核查'))
  const before = (await app.engine.listMessages()).unread_count
  wanted?.click()
  await flushPromises()
  expect(app.route()).toBe('check')
  expect((await app.engine.listMessages()).unread_count).toBe(before - 1)
})

test('a message that cannot be marked is opened all the same', async () => {
  const engine = new FakeEngine({ scenario: 'connected', now: noon })
  engine.readMessages = async () => {
    throw new ApiError({ code: 'internal', params: { number: 'E-1' } })
  }
  const app = await openApp('/messages', { engine })
  returned()?.click()
  await flushPromises()
  expect(app.route()).toBe('case')
})

test('all are read with one tap; the newest come first, day by day', async () => {
  const app = await openApp('/messages', { scenario: 'connected', now: noon })
  const { rows: sent } = await app.engine.listMessages()
  const all = sent.map(({ id }) => `p18.row.${id}`)
  const shown = rows().map((row) => row.dataset.testid ?? '')
  expect(shown.slice(0, 5)).toEqual(all.slice(0, 5))
  // Of each day those that are in sight, in their order.
  expect(shown).toEqual(all.filter((id) => shown.includes(id)))
  await app.tap('p18.all_read')
  expect(document.querySelector('.message-card--unread')).toBeNull()
  expect(app.maybe('p18.all_read')).toBeNull()
  await app.router.push('/')
  await flushPromises()
  expect(app.text('bell')).toBe('消息')
})

test('a failure to mark all is said in place', async () => {
  const engine = new FakeEngine({ scenario: 'connected', now: noon })
  engine.readMessages = async () => {
    throw new ApiError({ code: 'internal', params: { number: 'E-7' } })
  }
  const app = await openApp('/messages', { engine })
  await app.tap('p18.all_read')
  expect(app.page()).toContain('E-7')
  expect(rows().length).toBeGreaterThan(3)
})

test('without a network it says from when the messages are and that more will follow', async () => {
  const app = await openApp('/messages', { scenario: 'offline', now: noon })
  expect(app.text('p18.as_of')).toMatch(/断网时收到的会补齐。截至 /)
  unmountAll()
  const empty = await openApp('/messages', { scenario: 'empty' })
  expect(empty.page()).toContain('还没有消息')
  expect(empty.maybe('p18.all_read')).toBeNull()
})

test('midnight parts the days', async () => {
  const { rows: all } = await new FakeEngine({ now: noon }).listMessages()
  const [one] = all
  if (!one) throw new Error('no message')
  const at = new Date(2026, 8, 1, 0, 0).getTime()
  const days = daysOf([
    { ...one, at },
    { ...one, at: at - 1 },
    { ...one, at: at - 2 },
  ])
  expect(days.map((day) => day.rows.length)).toEqual([1, 2])
})
