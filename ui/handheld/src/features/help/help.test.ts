import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { ApiError } from '../../api'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'

test('findings have words, values and what helps, with the device to read out', async () => {
  const app = await openApp('/me', { scenario: 'offline' })
  await app.tap('p19.help')
  expect(app.text('help.device')).toContain('终端 0417')
  expect(app.text('help.device')).toContain('版本 0.1.0')
  expect(app.text('help.network')).toContain('可以用，要留意')
  expect(app.text('help.clock')).toContain('差 26 分钟')
  expect(app.text('help.clock')).toContain('请在系统设置里校准时间')
  expect(app.text('help.storage')).toContain('还剩 1240 MB')
  expect(app.text('help.storage')).not.toContain('请先把照片发完')
  expect(app.text('help.battery')).toContain('查不到')
})

test('looking again asks the engine again', async () => {
  const app = await openApp('/help', { scenario: 'offline' })
  app.engine.world.sync.strip = 'connected'
  await app.tap('help.again')
  expect(app.text('help.network')).toContain('正常用流量')
})

test('the lock screen has it too', async () => {
  const app = await openApp('/', { scenario: 'locked' })
  await app.tap('p4.help')
  expect(app.text('help.panel')).toContain('社区服务器')
  await app.tap('sheet.close')
  await flushPromises()
  expect(app.maybe('help.panel')).toBeNull()
})

test('when even that fails, the device can still be read out', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.diagnose = async () => {
    throw new ApiError({ code: 'internal', params: { number: 'E-2' } })
  }
  const app = await openApp('/help', { engine })
  expect(app.page()).toContain('E-2')
  expect(app.text('help.device')).toContain('终端 0417')
})
