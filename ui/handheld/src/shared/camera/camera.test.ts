import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { openApp } from '../../test/app'
import { TestCamera } from '../../test/camera'
import { CameraError } from './source'
import { userMediaCamera } from './userMedia'

afterEach(() => vi.unstubAllGlobals())

const key = (name: string, more: KeyboardEventInit = {}) =>
  document.dispatchEvent(new KeyboardEvent('keydown', { key: name, cancelable: true, ...more }))
const photos = () => document.querySelectorAll('.photo-row__photo')

test('four taps: report, shutter, category, save; the shutter leads on by itself', async () => {
  const camera = new TestCamera()
  const app = await openApp('/', { scenario: 'offline', camera })
  const before = app.engine.world.cases.length
  await app.tap('tabs.report')
  expect(app.text('p6.camera')).toContain('勿拍人脸和证件')
  expect(app.text('p6.camera')).toContain('先远景')
  expect(app.text('p6.camera')).toContain('定位精确 ±8 米')
  expect(app.text('p6.number')).toBe('1/9')
  await app.tap('p6.shutter')
  expect(app.maybe('p6.camera')).toBeNull()
  await app.tap('p7.category.06003')
  await app.tap('p7.save')
  expect(app.route()).toBe('today')
  const [saved] = app.engine.world.cases
  expect(app.engine.world.cases).toHaveLength(before + 1)
  expect(saved?.photos.map((photo) => photo.kind)).toEqual(['wide'])
  expect(camera.running).toBe(0)
})

test('the second photo is the close one, and the camera says so', async () => {
  const app = await openApp('/report', { scenario: 'offline', camera: new TestCamera() })
  await app.tap('p6.shutter')
  await app.tap('photo.camera')
  expect(app.text('p6.camera')).toContain('再走近拍一张')
  expect(app.text('p6.number')).toBe('2/9')
  await app.tap('p6.shutter')
  expect(photos()).toHaveLength(2)
  expect(app.engine.drafts.size).toBe(0)
  await app.router.push('/')
  await flushPromises()
  expect(app.engine.drafts.get('report')).toContain('"kind":"close"')
})

test.each(['AudioVolumeUp', 'AudioVolumeDown', 'VolumeUp', 'Camera', 'Enter'])(
  'the key %s releases the shutter, once for each press',
  async (name) => {
    const camera = new TestCamera()
    await openApp('/report', { scenario: 'offline', camera })
    key(name, { repeat: true })
    expect(camera.shots).toBe(0)
    expect(key(name), 'the volume stays as it is').toBe(false)
    key(name)
    await flushPromises()
    expect(camera.shots).toBe(1)
    expect(photos()).toHaveLength(1)
    key(name)
    await flushPromises()
    expect(camera.shots, 'not while the form is shown').toBe(1)
  },
)

test.each([
  ['missing', '相机打不开。先用文字上报，照片可后补。'],
  ['broken', '相机打不开。先用文字上报，照片可后补。'],
  ['refused', '没有相机权限。先用文字上报，照片可后补。'],
] as const)('a camera that is %s gives way to a file, or to a reason', async (failure, words) => {
  const camera = new TestCamera()
  camera.failure = failure
  const app = await openApp('/report', { scenario: 'offline', camera })
  expect(app.maybe('p6.camera')).toBeNull()
  expect(app.text('photo.no_camera')).toBe(words)
  await app.tap('p7.category.06003')
  await app.tap('p7.no_photo.camera_broken')
  await app.tap('p7.save')
  expect(app.route()).toBe('today')
  expect(app.engine.world.cases[0]?.photos).toEqual([])

  await app.tap('tabs.report')
  await app.shoot()
  expect(app.maybe('photo.no_camera'), 'a photo is a photo').toBeNull()
  expect(photos()).toHaveLength(1)
})

test('where no camera is, none is opened, and the next form knows', async () => {
  const camera = new TestCamera({ isSlow: true })
  camera.isPlugged = false
  const app = await openApp('/report', { scenario: 'offline', camera })
  expect(camera.release, 'it was not even asked').toBeUndefined()
  expect(app.maybe('photo.input')).not.toBeNull()
  await app.router.push('/cases/c-fence/check')
  await flushPromises()
  expect(app.text('photo.no_camera')).toBe('相机打不开。请选一张刚拍的照片。')
})

test('a camera that works again is used again', async () => {
  const camera = new TestCamera()
  camera.failure = 'refused'
  const app = await openApp('/report', { scenario: 'offline', camera })
  camera.failure = undefined
  await app.tap('photo.try_camera')
  await app.tap('p6.shutter')
  expect(photos()).toHaveLength(1)
  expect(app.maybe('photo.camera')).not.toBeNull()
})

test('a camera that is pulled out while aiming loses nothing', async () => {
  const camera = new TestCamera()
  const app = await openApp('/report', { scenario: 'offline', camera })
  await app.tap('p6.shutter')
  await app.type('p7.note', '楼口积水')
  await app.tap('photo.camera')
  camera.unplug()
  await flushPromises()
  expect(app.maybe('p6.camera')).toBeNull()
  expect(photos()).toHaveLength(1)
  expect((app.control('p7.note') as HTMLTextAreaElement).value).toBe('楼口积水')
  expect(app.maybe('photo.input')).not.toBeNull()
})

test('leaving before the camera is there switches it off when it comes', async () => {
  const camera = new TestCamera({ isSlow: true })
  const app = await openApp('/report', { scenario: 'offline', camera })
  expect(app.text('p6.camera')).toContain('正在打开相机')
  expect((app.get('p6.shutter') as HTMLButtonElement).disabled).toBe(true)
  await app.tap('p6.close')
  camera.release?.()
  await flushPromises()
  expect(camera.running).toBe(0)
  expect(app.maybe('p7.save')).not.toBeNull()
})

test('a draft with something in it opens as a form, not as a camera', async () => {
  const camera = new TestCamera()
  const first = await openApp('/report', { scenario: 'offline', camera })
  await first.tap('p6.close')
  await first.type('p7.note', '半张草稿')
  await first.router.push('/')
  await flushPromises()
  await first.router.push('/report')
  await flushPromises()
  expect(first.maybe('p6.camera')).toBeNull()
})

test('the lamp is offered where there is one', async () => {
  const dark = await openApp('/report', { scenario: 'offline', camera: new TestCamera() })
  expect(dark.maybe('p6.lamp')).toBeNull()
  const camera = new TestCamera({ hasLamp: true })
  const app = await openApp('/report', { scenario: 'offline', camera })
  await app.tap('p6.lamp')
  expect(camera.isLit).toBe(true)
})

test.each([
  ['NotAllowedError', 'refused'],
  ['SecurityError', 'refused'],
  ['NotFoundError', 'missing'],
  ['OverconstrainedError', 'missing'],
  ['NotReadableError', 'broken'],
  ['TypeError', 'broken'],
])("the browser's %s is a camera that is %s", async (name, failure) => {
  const getUserMedia = async () => {
    throw Object.assign(new Error('no'), { name })
  }
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } })
  await expect(userMediaCamera.open()).rejects.toEqual(
    new CameraError(failure as CameraError['failure']),
  )
})

test('an old WebView without any camera interface has no camera', async () => {
  vi.stubGlobal('navigator', {})
  expect(await userMediaCamera.isThere()).toBe(false)
  await expect(userMediaCamera.open()).rejects.toEqual(new CameraError('missing'))
})

test('only a video input is a camera', async () => {
  const found = (kind: string) => ({
    mediaDevices: { getUserMedia: async () => {}, enumerateDevices: async () => [{ kind }] },
  })
  vi.stubGlobal('navigator', found('audioinput'))
  expect(await userMediaCamera.isThere()).toBe(false)
  vi.stubGlobal('navigator', found('videoinput'))
  expect(await userMediaCamera.isThere()).toBe(true)
})
