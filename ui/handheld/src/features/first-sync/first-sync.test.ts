import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'

test('named steps show counts, not bytes, and work can begin before the end', async () => {
  const app = await openApp('/', { scenario: 'first-sync' })
  expect(app.text('p3.households')).toContain('1334/1334')
  expect(app.get('p3.cases').dataset.state).toBe('running')
  expect(app.text('p3.photos')).toContain('可稍后')
  await app.tap('p3.start')
  expect(app.maybe('tabs.report')).not.toBeNull()
})

test('before there is enough to work with, starting is not offered, and the reason is told', async () => {
  const engine = new FakeEngine({ scenario: 'first-sync' })
  const usual = await engine.firstSync()
  engine.firstSync = async () => ({
    ...usual,
    can_start: false,
    wait: { reason: 'NO_NETWORK', params: {} },
  })
  const app = await openApp('/', { engine })
  expect((app.get('p3.start') as HTMLButtonElement).disabled).toBe(true)
  expect(app.page()).toContain('没有网络 · 有信号会自动发送')
})

test('progress is asked for as long as the screen is shown, and no longer', async () => {
  vi.useFakeTimers()
  const engine = new FakeEngine({ scenario: 'first-sync' })
  const asked = vi.spyOn(engine, 'firstSync')
  await openApp('/', { engine })
  await vi.advanceTimersByTimeAsync(3000)
  expect(asked).toHaveBeenCalledTimes(4)
  await engine.startWork()
  await flushPromises()
  asked.mockClear()
  await vi.advanceTimersByTimeAsync(5000)
  expect(asked).not.toHaveBeenCalled()
})
