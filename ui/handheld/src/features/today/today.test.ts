import { expect, test, vi } from 'vitest'
import { openApp } from '../../test/app'
import { isToday } from '../../shared/today'

test('tasks come first, nearest first, and lead to where they are done', async () => {
  const app = await openApp('/', { scenario: 'connected' })
  const ids = [...document.querySelectorAll('[data-testid^="p5.task."]')].map(
    (element) => (element as HTMLElement).dataset.testid,
  )
  expect(ids).toEqual(['p5.task.T4N-7XC', 'p5.task.R5D-3JW', 'p5.task.W8C-27D'])
  await app.tap('p5.task.T4N-7XC')
  expect(app.route()).toBe('check')
})

test('a returned case leads to the case, not to a check', async () => {
  const app = await openApp('/', { scenario: 'connected' })
  await app.tap('p5.task.W8C-27D')
  expect(app.route()).toBe('case')
})

test('an empty day says what to do instead', async () => {
  const app = await openApp('/', { scenario: 'empty' })
  expect(app.page()).toContain('今天没有要做的')
})

test('a case that is both mine and a task stands there once', async () => {
  const app = await openApp('/', { scenario: 'connected' })
  expect(app.maybe('case.T4N-7XC')).toBeNull()
})

test('a row reads in one breath for a screen reader', async () => {
  const at = new Date(2026, 8, 1, 15, 0).getTime()
  const app = await openApp('/', { scenario: 'offline', now: () => at })
  await app.router.push('/cases')
  await vi.waitFor(() => [app.get('p9.search'), app.get('case.K7M-42Q')])
  expect(app.get('case.K7M-42Q').getAttribute('aria-label')).toBe(
    '井盖松动，待立案，等待发送：没有网络，本机已收，社区未收，街道未收，区未收',
  )
})

test('midnight parts the days', () => {
  const late = new Date(2026, 8, 1, 23, 59).getTime()
  expect(isToday(late, late + 30_000)).toBe(true)
  expect(isToday(late, late + 90_000)).toBe(false)
})
