// The real camera source in the engine of the real window: WebKitGTK's own small browser, with WebKit's test
// camera in place of a lens. The program's window has no such camera, so the screens of the fake build are shown.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openScreen } from './support/screen.mjs'
import { folder } from './support/places.mjs'
import { stepsOf } from './support/journey.mjs'
import { openBrowserWindow } from './support/window.mjs'
import { wordsOf } from './support/words.mjs'
import { until } from './support/wait.mjs'
import { serve } from '../scripts/serve.mjs'
import { problemsOf } from '../scripts/scan.mjs'

const words = wordsOf('zh-CN')

/** In the page: how many colours a picture has, so that an empty one is not taken for a photo. */
const coloursOf = `
  const picture = document.querySelector(arguments[0])
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 64
  const context = canvas.getContext('2d')
  context.drawImage(picture, 0, 0, 64, 64)
  const { data } = context.getImageData(0, 0, 64, 64)
  const found = new Set()
  for (let at = 0; at < data.length; at += 4) found.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2])
  return found.size`

/** In the page: the colour in the middle of a picture. */
const middleOf = `
  const picture = document.querySelector(arguments[0])
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 65
  const context = canvas.getContext('2d')
  context.drawImage(picture, 0, 0, 65, 65)
  return [...context.getImageData(32, 32, 1, 1).data].slice(0, 3)`

for (const hasCamera of [true, false]) {
  test(
    `the camera ${hasCamera ? 'of a device' : 'that is not there'}`,
    { timeout: 120_000 },
    async (t) => {
      const shots = folder('shots', hasCamera ? 'camera' : 'no-camera')
      const home = mkdtempSync(join(tmpdir(), 'linli-camera-'))
      const screen = await openScreen()
      const site = await serve(fileURLToPath(new URL('../dist-fake', import.meta.url)))
      const window = await openBrowserWindow({
        display: screen.display,
        home,
        picturesIn: shots,
        hasCamera,
      })
      t.after(async () => {
        await window.close()
        site.close()
        await screen.close()
        rmSync(home, { recursive: true, force: true })
      })
      const step = stepsOf(t, { shot: (name) => window.shot(name) })
      const show = (path) => window.go(`${site.url}/?scenario=offline&still=#${path}`)

      if (!hasCamera) {
        await step('without a camera the form says so and takes a file', async () => {
          await show('/report')
          await window.sees(words('camera.missing'), 'photo.no_camera')
          await window.find('photo.input')
          await window.find('p7.no_photo.camera_broken')
          await window.shot('report')
        })
        return
      }

      await step('the rear camera is asked for, and seen', async () => {
        await show('/report')
        await until('a picture', () =>
          window.run('return document.querySelector("video")?.videoWidth'),
        )
        const [stream] = await window.property('video', 'srcObject')
        assert.ok(stream)
        const facing = await window.run(
          'return document.querySelector("video").srcObject.getVideoTracks()[0].getSettings().facingMode',
        )
        assert.equal(facing, 'environment')
        await window.find('p6.lamp')
        await until('the shutter', async () => (await window.find('p6.shutter')).isEnabled())
        await window.shot('camera')
        assert.deepEqual(await problemsOf(window), [])
      })

      await step('the shutter takes a picture and leads on to the form', async () => {
        await window.tap('p6.shutter')
        await window.paints('.photo-row__photo img', 1)
        await window.gone('p6.camera')
        const colours = await window.run(coloursOf, '.photo-row__photo img')
        assert.ok(colours > 8, `a picture of ${colours} colours is none`)
        await window.shot('taken')
      })

      await step('the second one is taken with a key, as the scan key sends it', async () => {
        await window.tap('photo.camera')
        await until('the shutter', async () => (await window.find('p6.shutter')).isEnabled())
        await until('the focus', () =>
          window.run('return document.activeElement?.dataset.testid === "p6.shutter"'),
        )
        await window.press('Enter')
        await window.paints('.photo-row__photo img', 2)
        await window.gone('p6.camera')
      })

      await step('a part is drawn with the pointer, and burnt into the picture', async () => {
        await window.tap('photo.cover.0')
        await window.paints('.blacken__stage img', 1)
        await window.drag('blacken.stage', [0.2, 0.2], [0.7, 0.8])
        assert.equal((await window.property('.blacken__area', 'className')).length, 1)
        await window.shot('blacken')
        assert.deepEqual(await problemsOf(window), [])
        await window.tap('blacken.save')
        await window.gone('blacken.save')
        await window.paints('.photo-row__photo img', 2)
        const middle = await window.run(middleOf, '.photo-row__photo img')
        assert.deepEqual(middle, [0, 0, 0])
        await window.shot('blackened')
      })

      await step('the photo of before shines through at a check', async () => {
        await show('/cases/c-fence/check')
        await until('the ghost', () =>
          window.run('return document.querySelector(".camera-view__ghost")?.naturalWidth'),
        )
        const opacity = await window.run(
          'return getComputedStyle(document.querySelector(".camera-view__ghost")).opacity',
        )
        assert.equal(opacity, '0.4')
        await window.shot('ghost')
        await window.tap('p6.close')
        await window.gone('p6.camera')
        assert.equal(await window.run('return document.querySelector("video")'), null)
      })
    },
  )
}
