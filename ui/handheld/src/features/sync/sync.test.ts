import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import type { OutboxItem } from '@linli/ui-shared'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'
import { groupsOf } from './groups'

const strip = () => document.querySelector('[data-testid="strip"]')

test('no network is calm: grey, and nothing else is said', async () => {
  const app = await openApp('/', { scenario: 'offline' })
  expect(app.text('strip')).toContain('无网络 · 照常办事')
  expect(app.text('strip.waiting')).toBe('待发 1')
  expect(strip()?.className).toContain('--neutral')
})

test('only what needs a person is red', async () => {
  const app = await openApp('/', { scenario: 'needs-you' })
  expect(app.text('strip')).toContain('需要你处理 1')
  expect(strip()?.className).toContain('--returned')
})

test('the strip follows the engine', async () => {
  const app = await openApp('/', { scenario: 'sending' })
  expect(app.text('strip')).toContain('发送中 2/5')
  Object.assign(app.engine.world.sync, { strip: 'connected', waiting_count: 0 })
  app.engine.tell(['sync'])
  await flushPromises()
  expect(app.text('strip')).toContain('已连社区')
  expect(app.text('strip.waiting')).toMatch(/^全部送达 /)
})

test('a screen reader hears a change at most once a minute', async () => {
  vi.useFakeTimers()
  const engine = new FakeEngine({ scenario: 'offline' })
  await openApp('/', { engine })
  await vi.advanceTimersByTimeAsync(1)
  const heard = () => document.querySelector('[role="status"]')?.textContent
  await vi.advanceTimersByTimeAsync(61_000)
  expect(heard()).toBe('无网络 · 照常办事')
  Object.assign(engine.world.sync, { strip: 'sending', sent_count: 1, sending_count: 2 })
  engine.tell(['sync'])
  await vi.advanceTimersByTimeAsync(10)
  engine.world.sync.sent_count = 2
  engine.tell(['sync'])
  await vi.advanceTimersByTimeAsync(10)
  expect(heard()).toBe('发送中 1/2')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(heard()).toBe('发送中 2/2')
})

test('one tap from anywhere shows what waits, why, and what helps', async () => {
  const app = await openApp('/cases', { scenario: 'offline' })
  await app.tap('strip')
  expect(app.route()).toBe('outbox')
  expect(app.text('p15.sum')).toBe('2 件 · 照片和语音 2 个 620 KB')
  expect(app.text('p15.group.NO_NETWORK')).toContain('有信号会自动发送')
  expect(app.text('p15.item.K7M-42Q')).toContain('文字 · 照片和语音 2 · 已等')
  expect(app.text('p15.group.needs_you')).toContain('被退回：缺近景照片')
})

test('an empty outbox says since when', async () => {
  const app = await openApp('/outbox', { scenario: 'empty' })
  expect(app.page()).toMatch(/待发箱是空的。.*全部送达。/)
})

test('trying now asks the engine once per tap', async () => {
  const app = await openApp('/outbox', { scenario: 'offline' })
  app.get('p15.try').click()
  app.get('p15.try').click()
  await flushPromises()
  expect(app.engine.calls).toEqual(['syncNow'])
})

test('groups by reason, people first, one group per reason', () => {
  const item = (code: string, state: string, reason: string | null) =>
    ({
      code,
      delivery: { state, wait: reason ? { reason, params: {} } : null },
    }) as unknown as OutboxItem
  const groups = groupsOf([
    item('A', 'waiting', 'NO_NETWORK'),
    item('B', 'partial', 'WEAK_PHOTO'),
    item('C', 'waiting', 'NO_NETWORK'),
    item('D', 'returned', null),
    item('E', 'sending', null),
  ])
  expect(groups.map(({ key, items }) => [key, items.map(({ code }) => code)])).toEqual([
    ['needs_you', ['D']],
    ['NO_NETWORK', ['A', 'C']],
    ['WEAK_PHOTO', ['B']],
    ['sending', ['E']],
  ])
})
