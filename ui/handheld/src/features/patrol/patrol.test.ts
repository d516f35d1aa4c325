import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../api'
import { FakeEngine } from '../../api/fake'
import { openApp, unmountAll } from '../../test/app'

const broken = async () => {
  throw new ApiError({ code: 'internal', params: { number: 'E-9' } })
}

afterEach(() => vi.restoreAllMocks())

test('one tap on Today begins a patrol; ending it asks nothing and shows what it came to', async () => {
  const app = await openApp('/', { scenario: 'offline' })
  expect(app.text('p5.duty_switch')).toBe('开始巡查')
  await app.tap('p5.duty_switch')
  expect((await app.engine.duty()).since_at).not.toBeNull()
  expect(app.text('p5.duty')).toContain('巡查中')
  await app.engine.setComponent({ component: 'm-1', state: 'intact' })
  // A person takes longer than a glove that bounces.
  const later = performance.now() + 1_000
  vi.spyOn(performance, 'now').mockReturnValue(later)
  await app.tap('p5.duty_switch')
  expect(app.route()).toBe('patrol-summary')
  expect(app.text('summary.components')).toContain('1 件')
  expect(app.text('summary.walked')).toContain('没有开轨迹')
  expect(app.text('summary.when')).toMatch(/到/)
})

test('a failure to begin is said in the card', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.setDuty = broken
  const app = await openApp('/', { engine })
  await app.tap('p5.duty_switch')
  expect(app.text('p5.duty')).toContain('E-9')
  expect(app.text('p5.duty')).toContain('还没开始')
})

test('the list is one tap away: what for, how far and in which direction, until when', async () => {
  const app = await openApp('/', { scenario: 'offline' })
  await app.tap('p5.patrol')
  expect(app.route()).toBe('patrol')
  expect(app.text('patrol.counts')).toBe('任务 3 · 走访 1 · 部件 4')
  const fence = app.text('patrol.stop.c-fence')
  expect(fence).toContain('核查 围挡破损')
  expect(fence).toMatch(/正东 35 米/)
  expect(fence).toContain('还剩')
  expect(app.text('patrol.stop.m-2')).toContain('还没查看')
  expect(app.text('patrol.stop.m-3')).toContain('没有位置')
})

test.each([
  ['c-fence', 'check'],
  ['c-bins', 'verify'],
  ['c-ramp', 'case'],
  ['h-zhang', 'household'],
  ['m-0', 'component'],
])('the stop %s leads to its %s', async (id, route) => {
  const app = await openApp('/patrol', { scenario: 'connected' })
  await app.tap(`patrol.stop.${id}`)
  expect(app.route()).toBe(route)
})

test('stops beyond the list are told by their number', async () => {
  const engine = new FakeEngine({ scenario: 'connected' })
  const list = await engine.patrol()
  engine.patrol = async () => ({ ...list, visit_count: 41 })
  const app = await openApp('/patrol', { engine })
  expect(app.text('patrol.more')).toContain('另有 40 处')
})

test('nothing to do, and a failure, are both said', async () => {
  const empty = await openApp('/patrol', { scenario: 'empty' })
  expect(empty.page()).toContain('现在没有要去的地方')
  unmountAll()
  const engine = new FakeEngine({ scenario: 'connected' })
  engine.patrol = broken
  const app = await openApp('/patrol', { engine })
  expect(app.page()).toContain('E-9')
})

test('the list follows work that is done', async () => {
  const app = await openApp('/patrol', { scenario: 'offline' })
  await app.engine.setComponent({ component: 'm-0', state: 'intact' })
  await flushPromises()
  expect(app.maybe('patrol.stop.m-0')).toBeNull()
  expect(app.text('patrol.counts')).toContain('部件 3')
})

test('coverage tells of places, the longest wait first, for as many days as are asked', async () => {
  const app = await openApp('/patrol/coverage', { scenario: 'connected' })
  const { buildings } = await app.engine.coverage(7)
  const shown = [...document.querySelectorAll<HTMLElement>('.line-list')][0]
  const ids = [...(shown?.children ?? [])].map((row) => (row as HTMLElement).dataset.testid)
  expect(ids).toEqual(buildings.map(({ id }) => `coverage.${id}`))
  expect(app.text('coverage.b-1')).toContain('还没有去过的记录')
  expect(app.text('coverage.b-6')).toContain('7 天内没有')
  app.control('coverage.days.30').click()
  await flushPromises()
  expect(app.text('coverage.b-6')).toMatch(/30 天内 \d+ 次/)
  expect(app.page()).not.toContain('王岳')
  unmountAll()
  const empty = await openApp('/patrol/coverage', { scenario: 'empty' })
  expect(empty.page()).toContain('还没有楼栋和地点资料')
})

test('the last shift stays to be read, and before the first there is none', async () => {
  const app = await openApp('/patrol/summary', { scenario: 'connected' })
  expect(app.text('summary.walked')).toContain('4.2 公里')
  unmountAll()
  const empty = await openApp('/patrol/summary', { scenario: 'empty' })
  expect(empty.page()).toContain('还没有巡查过')
})
