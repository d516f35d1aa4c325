import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { ApiError } from '../../api'
import { openApp } from '../../test/app'
import { TestMic } from '../../test/mic'
import { Downsampler, loudness } from './downsample'
import { RATE } from './source'

const forReport = async (mic = new TestMic(), path = '/report') => ({
  mic,
  app: await openApp(path, { scenario: 'offline', mic }),
})

async function say(mic: TestMic, seconds: number): Promise<void> {
  mic.say(seconds)
  await flushPromises()
}

test('one tap more: saving ends the recording and keeps it with the report', async () => {
  const { app, mic } = await forReport()
  await app.shoot()
  await app.tap('p7.category.06003')
  await app.tap('voice.button')
  expect(app.text('voice.live')).toContain('不要说居民的姓名和证件号码')
  await say(mic, 7)
  expect(app.text('voice.left')).toContain('53')
  await app.tap('p7.save')
  expect(app.route()).toBe('today')
  expect(mic.running).toBe(0)
  expect(app.engine.world.cases[0]?.voices).toMatchObject([{ hash: 'voice-1' }])
})

test('what was said is kept, can be deleted, and said again', async () => {
  const { app, mic } = await forReport()
  await app.tap('voice.button')
  await say(mic, 3)
  await app.tap('voice.button')
  expect(app.text('voice.play')).toContain('3')
  expect(app.maybe('voice.live')).toBeNull()
  await app.tap('voice.remove')
  expect(app.maybe('voice.kept')).toBeNull()
  expect(app.engine.sounds.size).toBe(0)
  await app.tap('voice.button')
  await say(mic, 4)
  await app.tap('voice.button')
  expect(app.text('voice.play')).toContain('4')
})

test('a minute is the most, and it ends by itself', async () => {
  const { app, mic } = await forReport()
  await app.tap('voice.button')
  await say(mic, 70)
  expect(mic.running).toBe(0)
  expect(app.text('voice.play')).toContain('60')
})

test('pieces go to the engine while somebody speaks; a killed program finds them again', async () => {
  const { app, mic } = await forReport()
  await app.tap('voice.button')
  await say(mic, 5)
  expect(app.engine.pieces.get('report')).toHaveLength(2)
  const again = await openApp('/report', { engine: app.engine })
  expect(again.text('voice.play')).toContain('4')
})

test('leaving the form keeps what was said', async () => {
  const { app, mic } = await forReport()
  await app.tap('voice.button')
  await say(mic, 5)
  await app.router.push('/')
  await flushPromises()
  expect(mic.running).toBe(0)
  await app.router.push('/report')
  await flushPromises()
  expect(app.text('voice.play')).toContain('5')
})

test('a kept note is part of the draft and survives a restart; starting over forgets it', async () => {
  const { app, mic } = await forReport()
  await app.tap('voice.button')
  await say(mic, 3)
  await app.tap('voice.button')
  await app.router.push('/')
  await flushPromises()
  expect(app.engine.drafts.get('report')).toContain('voice-1')
  const again = await openApp('/report', { engine: app.engine })
  expect(again.text('voice.play')).toContain('3')
  await again.tap('p7.clear')
  await again.tap('p7.clear')
  expect(app.engine.sounds.size).toBe(0)
})

test.each([
  ['missing', '文字和照片照常可用'],
  ['refused', '麦克风未获允许'],
  ['broken', '麦克风用不了'],
] as const)('a microphone that is %s is said, and the report goes on', async (failure, words) => {
  const mic = new TestMic()
  mic.failure = failure
  const { app } = await forReport(mic)
  await app.shoot()
  await app.tap('p7.category.06003')
  await app.tap('voice.button')
  expect(app.text('voice.failure')).toContain(words)
  await app.tap('p7.save')
  expect(app.route()).toBe('today')
  expect(app.engine.world.cases[0]?.voices).toEqual([])
})

test.each([
  ['storage_full', '存储满了'],
  ['locked', ''],
] as const)(
  'when the engine says %s the recording ends and what came before stays',
  async (code, words) => {
    const { app, mic } = await forReport()
    await app.tap('voice.button')
    await say(mic, 2)
    app.engine.refuses = new ApiError({ code, params: {} })
    await say(mic, 2)
    await flushPromises()
    expect(mic.running).toBe(0)
    expect(app.text('voice.error')).toContain(words)
    expect(app.text('voice.play')).toContain('2')
  },
)

test('an interruption keeps what was said and says so', async () => {
  const { app, mic } = await forReport()
  await app.tap('voice.button')
  await say(mic, 3)
  mic.unplug()
  await flushPromises()
  expect(app.text('voice.failure')).toContain('录音被打断')
  expect(app.text('voice.play')).toContain('3')
})

test('a page that is hidden does not listen on', async () => {
  const { app, mic } = await forReport()
  await app.tap('voice.button')
  await say(mic, 3)
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  document.dispatchEvent(new Event('visibilitychange'))
  await flushPromises()
  vi.restoreAllMocks()
  expect(mic.running).toBe(0)
  expect(app.text('voice.play')).toContain('3')
})

test('a slip of the finger leaves nothing and says so', async () => {
  const { app, mic } = await forReport()
  await app.tap('voice.button')
  await say(mic, 0.3)
  await app.tap('voice.button')
  expect(app.text('voice.error')).toContain('太短')
  expect(app.maybe('voice.kept')).toBeNull()
})

test('a visit with voice is five taps from the list, and it can be heard on the card', async () => {
  const { app, mic } = await forReport(new TestMic(), '/homes/card/h-zhao')
  await app.tap('p14.visit')
  await app.tap('voice.button')
  await say(mic, 6)
  await app.tap('p17.save')
  const visit = app.engine.town.homes.find((home) => home.id === 'h-zhao')?.visits[0]
  expect(visit?.voices).toMatchObject([{ hash: 'voice-1' }])
  await app.tap('p14.visits_all')
  expect(app.text('p14.visits')).toContain('听语音')
})

test('what cannot be played is said', async () => {
  const app = await openApp('/cases/c-fence')
  app.engine.voice = async () => Promise.reject(new ApiError({ code: 'not_found', params: {} }))
  await app.tap('voice.play')
  expect(app.page()).toContain('语音还在，但放不出来')
})

test('a case plays its voice notes', async () => {
  const play = vi.fn(async () => undefined)
  vi.stubGlobal(
    'Audio',
    class extends EventTarget {
      play = play
      pause = vi.fn()
    },
  )
  const app = await openApp('/cases/c-fence')
  await app.tap('voice.play')
  expect(play).toHaveBeenCalledOnce()
  expect(app.text('voice.play')).toContain('停止播放')
  await app.tap('voice.play')
  expect(app.text('voice.play')).toContain('听语音 34 秒')
  vi.unstubAllGlobals()
})

test('samples of any rate become 16 kHz, whole and as loud', () => {
  for (const rate of [8_000, 16_000, 22_050, 44_100, 48_000, 96_000]) {
    const down = new Downsampler(rate)
    let count = 0
    let peak = 0
    for (let block = 0; block < 100; block += 1) {
      const from = (block * rate) / 100
      const wave = Float32Array.from({ length: rate / 100 }, (_, at) =>
        Math.sin(((from + at) / rate) * 2 * Math.PI * 300),
      )
      const out = down.push(wave)
      count += out.length
      peak = Math.max(peak, ...out)
    }
    expect(Math.abs(count - RATE)).toBeLessThan(rate === 22_050 ? 400 : 3)
    expect(peak).toBeGreaterThan(31_000)
  }
  expect([...new Downsampler(RATE).push(Float32Array.of(2, -2, NaN))].slice(0, 2)).toEqual([
    32_767, -32_767,
  ])
})

test('silence is no level, speech is one', () => {
  expect(loudness(new Int16Array(1600))).toBe(0)
  expect(loudness(new Int16Array(1600).fill(8_000))).toBeGreaterThan(0.6)
})
