import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { openApp } from '../../test/app'
import { againAt } from './visit'

const visits = (app: Awaited<ReturnType<typeof openApp>>, id = 'h-zhao') =>
  app.engine.town.homes.find((home) => home.id === id)?.visits ?? []

test('a visit is three taps from the card, and on this device at once', async () => {
  const app = await openApp('/homes/card/h-zhao', { scenario: 'offline' })
  await app.tap('p14.visit')
  await app.tap('p17.topic.safety')
  await app.tap('p17.save')
  expect(visits(app)).toMatchObject([
    { at_home: true, topic: 'safety', note: null, next_visit_at: null, case_id: null },
  ])
  expect(app.text('kept')).toContain('走访已记 · 已存本机')
  expect(app.text('p14.visits')).toContain('安全提示')
})

test('nobody home, what was said through the door, and when to come again', async () => {
  const app = await openApp('/homes/card/h-zhao/visit')
  await app.tap('p17.home.no')
  await app.type('p17.note', '邻居说下周回来\n<b>门锁</b> 😀')
  await app.tap('p17.again.week')
  await app.tap('p17.save')
  const [visit] = visits(app)
  expect(visit).toMatchObject({ at_home: false, note: '邻居说下周回来\n<b>门锁</b> 😀' })
  const days = ((visit?.next_visit_at ?? 0) - (visit?.visited_at ?? 0)) / 86_400_000
  expect(Math.round(days)).toBe(7)
  await app.tap('p14.visits_all')
  expect(document.querySelector('.home-visits__note b')).toBeNull()
  expect(app.page()).toContain('<b>门锁</b>')
})

test.each([
  ['话'.repeat(2731), '太长了'],
  ['\u202eabc', '看不见的符号'],
])('words that cannot be saved stay', async (text, words) => {
  const app = await openApp('/homes/card/h-zhao/visit')
  await app.type('p17.note', text)
  await app.tap('p17.save')
  expect(app.text('p17.note')).toContain(words)
  expect((app.control('p17.note') as HTMLTextAreaElement).value).toBe(text)
  expect(visits(app)).toEqual([])
})

test('what was begun is still there after the screen was left', async () => {
  const app = await openApp('/homes/card/h-zhao/visit')
  await app.type('p17.note', '想要扶手')
  await app.router.push('/')
  await flushPromises()
  await app.router.push('/homes/card/h-zhao/visit')
  await flushPromises()
  expect((app.control('p17.note') as HTMLTextAreaElement).value).toBe('想要扶手')
})

test('a case of it: the visit is saved first, and learns of the case once it is reported', async () => {
  const app = await openApp('/homes/card/h-zhang/visit')
  await app.tap('p17.case.yes')
  await app.tap('p17.save')
  expect(app.route()).toBe('report')
  expect(visits(app, 'h-zhang')).toHaveLength(2)
  expect(visits(app, 'h-zhang')[0]?.case_id).toBeNull()
  expect(app.page()).toContain('1号楼3单元501')
  expect(app.page()).not.toContain('张先生')
  await app.shoot()
  await app.tap('p7.category.06003')
  await app.tap('p7.save')
  const [reported] = app.engine.world.cases
  expect(visits(app, 'h-zhang')[0]?.case_id).toBe(reported?.row.id)
})

test('a report that was begun before is another matter', async () => {
  const app = await openApp('/report')
  await app.type('p7.note', '路灯不亮')
  await app.router.push('/homes/card/h-zhang/visit')
  await flushPromises()
  await app.tap('p17.case.yes')
  await app.tap('p17.save')
  expect(app.route()).toBe('report')
  await app.shoot()
  await app.tap('p7.category.01021')
  await app.tap('p7.save')
  expect(visits(app, 'h-zhang')[0]?.case_id).toBeNull()
})

test('the next visit', () => {
  expect(againAt('week', 0)).toBe(604_800_000)
  expect(againAt('month', 0)).toBe(2_592_000_000)
  expect(againAt('open', 0)).toBeNull()
})
