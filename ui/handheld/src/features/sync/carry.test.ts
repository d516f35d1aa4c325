import { expect, test } from 'vitest'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'

test('what waits is written to a drive, and still waits', async () => {
  const app = await openApp('/outbox', { scenario: 'offline' })
  await app.tap('p15.carry')
  expect(app.text('carry.what')).toContain('2 张，620 KB')
  expect(app.text('carry.place.0') || app.page()).toContain('STICK')
  await app.tap('carry.write')
  expect(app.text('carry.file')).toContain('linli-0417-20260901-0900.linli-out')
  expect(app.text('carry.file')).toContain('状态仍是等待发送')
  expect((await app.engine.outbox()).items).toHaveLength(2)
  expect((await app.engine.outbox()).carried_at).not.toBeNull()
})

test('the outbox says that a file was written, and claims nothing more', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  await engine.carryOut('/media/ga/STICK', true)
  const app = await openApp('/outbox', { engine })
  expect(app.text('p15.carried')).toMatch(/^带走文件写于 .*，还没有回执。$/)
  expect(app.text('p15.sum')).toContain('2 件')
})

test('an answer is taken once, and says what it changed', async () => {
  const app = await openApp('/outbox/carry', { scenario: 'offline' })
  await app.tap('carry.write')
  await app.tap('carry.answer.0')
  expect(app.text('carry.done')).toContain('送达 1 件，照片 2 张')
  expect((await app.engine.outbox()).carried_at).toBeNull()
})

test('without a drive a folder of the device is left, and an old answer is refused', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.carrying.drives = []
  const app = await openApp('/outbox/carry', { engine })
  expect(app.text('carry.no_drive')).toContain('没有发现U盘')
  await expect(engine.carryOut('/media/ga/STICK', true)).rejects.toMatchObject({ code: 'carry' })
  await engine.carryBack('/media/ga/STICK/a.linli-back')
  await expect(engine.carryBack('/media/ga/STICK/a.linli-back')).rejects.toMatchObject({
    params: { taken: 1 },
  })
})
