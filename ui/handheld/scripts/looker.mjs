// Brings a screen of the fake build into the situation it is looked at in, and takes its picture.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { By, until } from 'selenium-webdriver'
import { openBrowser } from './browser.mjs'
import { plainPng } from './png.mjs'

const PATIENCE = 5000

/** A browser that shows screens of the build at `url`; with a camera, or with none at all. */
export async function openLooker(url, { hasCamera = false } = {}) {
  const browser = await openBrowser({ hasCamera })
  await browser.sendDevToolsCommand('Emulation.setTimezoneOverride', {
    timezoneId: 'Asia/Shanghai',
  })
  const picture = join(mkdtempSync(join(tmpdir(), 'linli-looks-')), 'input.png')
  writeFileSync(picture, plainPng(64, 48))

  const find = (id) =>
    browser.wait(
      until.elementLocated(By.css(`[data-testid="${id}"]`)),
      PATIENCE,
      `there is no ${id}`,
    )

  /** The element that takes a tap or keys: a field's control stands inside its test id. */
  async function inner(id) {
    await find(id)
    const css = `[data-testid="${id}"]`
    const found = await browser.findElements(By.css(`${css} input, ${css} textarea`))
    return found[0] ?? browser.findElement(By.css(css))
  }

  const actions = {
    tap: async (id) => {
      const element = await inner(id)
      await browser.executeScript(
        'arguments[0].scrollIntoView({ block: "center" }); arguments[0].click()',
        element,
      )
    },
    type: async (id, text) => (await inner(id)).sendKeys(text),
    see: (id) => find(id),
    /** Somebody has spoken for some seconds. */
    said: () =>
      browser.wait(async () => /5[0-7]/.test(await (await find('voice.left')).getText()), 9000),
    /** The camera answers some time after it was asked for. */
    camera: () =>
      browser.wait(until.elementLocated(By.css('[data-testid="p6.shutter"]:enabled')), PATIENCE),
    photo: async () => {
      const before = (await browser.findElements(By.css('.photo-row__photo'))).length
      await (await inner('photo.input')).sendKeys(picture)
      await browser.wait(
        async () => (await browser.findElements(By.css('.photo-row__photo'))).length > before,
        PATIENCE,
      )
    },
    /** Longer than what two taps on one place are apart. */
    pause: () => new Promise((resolve) => setTimeout(resolve, 400)),
    top: () => browser.executeScript('document.querySelector(".app-page__body").scrollTop = 0'),
    end: () => browser.executeScript('document.querySelector(".app-page__body").scrollTop = 1e5'),
  }

  async function resize(size) {
    const [width, height] = size.split('x').map(Number)
    const metrics = { width, height, deviceScaleFactor: 2, mobile: true }
    await browser.sendDevToolsCommand('Emulation.setDeviceMetricsOverride', metrics)
  }

  /** Opens a screen with this look: language, theme, text, targets, hand, size. */
  async function show(screen, { size, ...look }) {
    await resize(size)
    const query = new URLSearchParams({ scenario: screen.scenario, ...look, still: '' })
    await browser.get('about:blank')
    await browser.get(`${url}/?${query}#${screen.path ?? '/'}`)
    await browser.wait(until.elementLocated(By.css('main, .app-page')), PATIENCE)
    await settle()
    for (const [verb, ...rest] of screen.act ?? []) {
      await actions[verb](...rest)
      await settle()
    }
  }

  /** Two frames and a pause for pictures and transitions. */
  async function settle() {
    await browser.executeAsyncScript(
      'const done = arguments[0]; setTimeout(() => requestAnimationFrame(() => done()), 260)',
    )
  }

  return {
    browser,
    show,
    resize: async (size) => {
      await resize(size)
      await settle()
    },
    save: async (file) => writeFileSync(file, await browser.takeScreenshot(), 'base64'),
    close: () => browser.quit(),
  }
}

/** Screens that need a camera come in a browser of their own, after the others. */
export async function lookInGroups(url, screens, lookAt) {
  for (const hasCamera of [false, true]) {
    const group = screens.filter((screen) => (screen.hasCamera ?? false) === hasCamera)
    if (group.length === 0) continue
    const looker = await openLooker(url, { hasCamera })
    try {
      await lookAt(looker, group)
    } finally {
      await looker.close()
    }
  }
}
