import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { openApp } from '../../test/app'

test('the lock screen tells what waits, and the right passphrase opens the work', async () => {
  const app = await openApp('/', { scenario: 'locked' })
  expect(app.page()).toContain('待发 3 件，都在本机')
  expect(app.maybe('strip')).toBeNull()
  await app.type('p4.secret', 'linli-demo')
  await app.tap('p4.unlock')
  expect(app.maybe('strip')).not.toBeNull()
})

test('a wrong passphrase empties the field and says how many tries are left', async () => {
  const app = await openApp('/', { scenario: 'locked' })
  await app.type('p4.secret', 'wrong')
  await app.tap('p4.unlock')
  expect(app.page()).toContain('还可试 9 次')
  expect((app.control('p4.secret') as HTMLInputElement).value).toBe('')
})

test('the second person signs in as herself', async () => {
  const app = await openApp('/', { scenario: 'locked' })
  await app.tap('p4.staff.s-limin')
  await app.type('p4.secret', 'linli-demo')
  await app.tap('p4.unlock')
  expect(app.engine.world.status.signed_in?.name).toBe('李敏')
})

test('a barred device asks for nothing and says that unsent work is kept', async () => {
  const app = await openApp('/', { scenario: 'locked' })
  app.engine.world.status.state = 'barred'
  app.engine.tell(['device'])
  await flushPromises()
  expect(app.text('p4.barred')).toContain('未发的 3 件加密保存')
  expect(app.maybe('p4.secret')).toBeNull()
})

test('locking covers the work, and unlocking returns to the same screen', async () => {
  const app = await openApp('/cases', { scenario: 'connected' })
  await app.engine.lock()
  await flushPromises()
  expect(app.maybe('p9.search')).toBeNull()
  await app.type('p4.secret', 'linli-demo')
  await app.tap('p4.unlock')
  expect(app.maybe('p9.search')).not.toBeNull()
})
