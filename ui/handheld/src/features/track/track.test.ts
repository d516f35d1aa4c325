import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { ApiError } from '../../api'
import { FakeEngine } from '../../api/fake'
import { openApp, unmountAll } from '../../test/app'

test('it is off until the person turns it on, and says what it is for and how long it stays', async () => {
  const app = await openApp('/me', { scenario: 'offline' })
  await app.tap('p19.track')
  expect(app.page()).toContain('不开就不记。属于你，只在本机，不发出去。')
  expect(app.page()).toContain('14 天后自动删掉')
  expect((app.control('track.choice.off') as HTMLInputElement).checked).toBe(true)
  expect(app.text('track.state')).toBe('没有在记。')
  expect(app.maybe('strip.track')).toBeNull()
})

test('while it is kept every screen says so; pausing takes the sign away', async () => {
  const app = await openApp('/track', { scenario: 'offline' })
  app.control('track.choice.on').click()
  await flushPromises()
  expect(app.text('track.state')).toBe('开始巡查后才记。')
  await app.engine.setDuty(true)
  await flushPromises()
  expect(app.text('strip.track')).toBe('轨迹')
  expect(app.text('track.state')).toContain('正在记')
  await app.router.push('/')
  await flushPromises()
  expect(app.maybe('strip.track')).not.toBeNull()
  await app.engine.setTrack('paused')
  await flushPromises()
  expect(app.maybe('strip.track')).toBeNull()
})

test('a choice that could not be kept is said, and the switch stays where it was', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.setTrack = async () => {
    throw new ApiError({ code: 'internal', params: { number: 'E-4' } })
  }
  const app = await openApp('/track', { engine })
  app.control('track.choice.on').click()
  await flushPromises()
  expect(app.page()).toContain('E-4')
  expect((app.control('track.choice.off') as HTMLInputElement).checked).toBe(true)
})

test('a track has its line, and every gap has its cause and its times', async () => {
  const app = await openApp('/track', { scenario: 'offline' })
  expect(app.text('track.row.t-today')).toContain('1.6 公里 · 214 个点 · 断 2 处')
  await app.tap('track.row.t-today')
  const path = app.get('track.drawing').querySelector('path')?.getAttribute('d') ?? ''
  expect(path.match(/M/g)).toHaveLength(2)
  expect(path).not.toContain('NaN')
  expect(app.text('track.gaps')).toMatch(/收不到定位\d\d:\d\d 到 \d\d:\d\d/)
  expect(app.text('track.gaps')).toContain('你按了暂停')
})

test('exporting says the name and the folder of the file', async () => {
  const app = await openApp('/track/t-before', { scenario: 'offline' })
  await app.tap('track.export')
  expect(app.text('track.file')).toMatch(/linli-[\d-]+\.gpx/)
  expect(app.text('track.file')).toContain('/media/Documents')
})

test('deleting asks once, and the track is gone', async () => {
  const app = await openApp('/track/t-before', { scenario: 'offline' })
  await app.tap('track.delete')
  expect(app.text('track.delete')).toBe('确定删除？')
  expect((await app.engine.track()).rows).toHaveLength(2)
  await app.tap('track.delete')
  expect(app.route()).toBe('track')
  expect((await app.engine.track()).rows).toHaveLength(1)
  expect(app.maybe('track.row.t-before')).toBeNull()
})

test('a track that was deleted elsewhere says so, and no tracks too', async () => {
  const gone = await openApp('/track/t-none', { scenario: 'offline' })
  expect(gone.page()).toContain('这条轨迹已经删了')
  unmountAll()
  const empty = await openApp('/track', { scenario: 'empty' })
  expect(empty.page()).toContain('没有轨迹')
})

test('the map draws the track of today only when somebody wants it', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  expect(app.maybe('p12.track')).toBeNull()
  await app.tap('p12.layer.track')
  await flushPromises()
  expect(app.get('p12.track').getAttribute('d')?.match(/M/g)).toHaveLength(2)
  await app.tap('p12.layer.track')
  expect(app.maybe('p12.track')).toBeNull()
  unmountAll()
  const empty = await openApp('/map', { scenario: 'empty' })
  expect(empty.maybe('p12.layer.track')).toBeNull()
})
