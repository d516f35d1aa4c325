// The real microphone source in the engine of the real window: WebKitGTK's own small browser, with WebKit's test
// microphone, which hums, in place of a person. As with the camera, the screens of the fake build are shown.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
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

for (const hasMic of [true, false]) {
  test(
    `the microphone ${hasMic ? 'of a device' : 'that is not there'}`,
    { timeout: 120_000 },
    async (t) => {
      const home = mkdtempSync(join(tmpdir(), 'linli-voice-'))
      const screen = await openScreen()
      const site = await serve(fileURLToPath(new URL('../dist-fake', import.meta.url)))
      const window = await openBrowserWindow({
        display: screen.display,
        home,
        picturesIn: folder('shots', hasMic ? 'voice' : 'no-voice'),
        hasCamera: hasMic,
      })
      t.after(async () => {
        await window.close()
        site.close()
        await screen.close()
        // The window's processes may still write their caches.
        await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
      })
      const step = stepsOf(t, { shot: (name) => window.shot(name) })
      const visit = `${site.url}/?scenario=offline&still=#/homes/card/h-zhao/visit`

      if (!hasMic) {
        await step('without a microphone the form says so and saves', async () => {
          await window.go(visit)
          await window.tap('voice.button')
          await window.sees(words('voice.missing'), 'voice.failure')
          await window.shot('visit')
          await window.tap('p17.save')
          await window.find('p14.visits')
        })
        return
      }

      await step('one tap records, and shows how long is left and how loud it is', async () => {
        await window.go(visit)
        await window.tap('voice.button')
        await window.find('voice.live')
        await until('some seconds', async () => {
          const [left] = await window.property('[data-testid="voice.left"]', 'textContent')
          return /5[0-6]/.test(left ?? '')
        })
        const level = await window.run(
          'return document.querySelector(".voice-note__meter > div").getBoundingClientRect().width',
        )
        assert.ok(level > 0, 'the meter shows that something is heard')
        await window.shot('recording')
        assert.deepEqual(await problemsOf(window), [])
      })

      await step('what was said is kept and can be played', async () => {
        await window.tap('voice.button')
        await window.find('voice.kept')
        await window.gone('voice.live')
        await window.shot('kept')
        assert.deepEqual(await problemsOf(window), [])
        await window.tap('voice.play')
        await window.sees(words('voice.stop'), 'voice.play')
      })

      await step('it is saved with the visit and heard on the card', async () => {
        await window.tap('p17.save')
        await window.tap('p14.visits_all')
        await window.find('voice.play')
        await window.shot('card')
      })
    },
  )
}
