import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../api'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'

const tones = vi.fn()
const resumed = vi.fn()

class TestContext {
  currentTime = 0
  destination = {}
  resume = async () => resumed()
  suspend = async () => undefined
  createOscillator = () => ({
    frequency: { value: 0 },
    type: '',
    connect: (next: unknown) => next,
    start: tones,
    stop: () => undefined,
  })
  createGain = () => ({
    gain: { setValueAtTime: () => undefined },
    connect: (next: unknown) => next,
  })
}

beforeEach(() => {
  vi.stubGlobal('AudioContext', TestContext)
  tones.mockClear()
  resumed.mockClear()
})
afterEach(() => vi.unstubAllGlobals())

test('a report of danger that nobody has says whom to call, over any screen', async () => {
  const app = await openApp('/me', { scenario: 'alarm' })
  expect(app.text('alarm')).toContain('还没人收到，请打电话')
  expect(app.text('alarm.what')).toContain('燃气异味 · G7Q-2WX')
  const calls = [...document.querySelectorAll<HTMLAnchorElement>('.alarm-card a')]
  expect(calls.map(({ href }) => href)).toEqual([
    'tel:010-5550-0777',
    'tel:119',
    'tel:010-5550-0120',
  ])
})

test('having heard it ends the card and is noted by the engine', async () => {
  const app = await openApp('/', { scenario: 'alarm' })
  const heard = vi.spyOn(app.engine, 'hearAlarm')
  await app.tap('alarm.heard')
  expect(heard).toHaveBeenCalledExactlyOnceWith('c-smell')
  expect(app.maybe('alarm')).toBeNull()
  const { alarms } = await app.engine.syncStatus()
  expect(alarms).toMatchObject([{ case_id: 'c-smell', is_heard: true }])
})

test('it rings when its time comes, every three seconds until it is heard', async () => {
  vi.useFakeTimers()
  const start = Date.now()
  const engine = new FakeEngine({ scenario: 'offline' })
  const app = await openApp('/', { engine })
  await engine.report({
    ...{ category: '99001', urgency: 'danger', place: '3 号楼', position: null, note: null },
    ...{ photos: [], voice: null, no_photo_reason: null },
  })
  await flushPromises()
  const [alarm] = (await engine.syncStatus()).alarms
  expect(alarm?.rings_at).toBe(start + 120_000)
  await vi.advanceTimersByTimeAsync(119_000)
  expect(app.maybe('alarm')).toBeNull()
  expect(tones).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1500)
  expect(app.maybe('alarm')).not.toBeNull()
  expect(tones).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(6000)
  expect(tones).toHaveBeenCalledTimes(6)
  await app.tap('alarm.heard')
  await vi.advanceTimersByTimeAsync(9000)
  expect(tones).toHaveBeenCalledTimes(6)
})

test('a level that takes the report in ends the alarm by itself', async () => {
  const app = await openApp('/', { scenario: 'alarm' })
  const [entry] = app.engine.world.cases
  const community = entry?.receipts[1]
  if (community) community.state = 'received'
  app.engine.tell(['sync'])
  await flushPromises()
  expect(app.maybe('alarm')).toBeNull()
})

test('locked, it goes on from memory, and is told to the engine once that is open again', async () => {
  const app = await openApp('/', { scenario: 'alarm' })
  const { syncStatus, hearAlarm } = app.engine
  const locked = new ApiError({ code: 'locked', params: {} })
  app.engine.syncStatus = async () => Promise.reject(locked)
  app.engine.hearAlarm = async () => Promise.reject(locked)
  await app.engine.lock()
  await flushPromises()
  expect(app.maybe('p4.unlock')).not.toBeNull()
  expect(app.text('alarm')).toContain('010-5550-0777')
  await app.tap('alarm.heard')
  expect(app.maybe('alarm')).toBeNull()

  app.engine.syncStatus = syncStatus
  app.engine.hearAlarm = hearAlarm
  await app.type('p4.secret', 'linli-demo')
  await app.tap('p4.unlock')
  expect(app.maybe('alarm')).toBeNull()
  expect((await syncStatus()).alarms[0]?.is_heard).toBe(true)
})

test('it keeps nobody from saving another report', async () => {
  const app = await openApp('/report', { scenario: 'alarm' })
  const before = app.engine.world.cases.length
  await app.shoot()
  await app.tap('p7.category.06003')
  await app.tap('p7.save')
  expect(app.engine.world.cases).toHaveLength(before + 1)
  expect(app.maybe('alarm')).not.toBeNull()
})

test('it lies inside an open sheet, where alone it can be touched', async () => {
  const app = await openApp('/cases/c-ramp', { scenario: 'alarm' })
  await app.tap('p10.add')
  await flushPromises()
  expect(app.get('alarm').closest('dialog[open]')).not.toBeNull()
  await app.tap('sheet.close')
  await flushPromises()
  expect(app.get('alarm').closest('dialog')).toBeNull()
  await app.tap('alarm.heard')
  expect(app.maybe('alarm')).toBeNull()
})

test('a tap before makes the sound ready', async () => {
  await openApp('/', { scenario: 'offline' })
  expect(resumed).not.toHaveBeenCalled()
  document.dispatchEvent(new PointerEvent('pointerdown'))
  expect(resumed).toHaveBeenCalledOnce()
})

test('a window that can make no sound still shows the card', async () => {
  vi.stubGlobal('AudioContext', undefined)
  const app = await openApp('/', { scenario: 'alarm' })
  expect(app.maybe('alarm')).not.toBeNull()
})
