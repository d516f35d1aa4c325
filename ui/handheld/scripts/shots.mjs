// Screenshots of every screen of the fake build, to be looked at by a person, and a scan of each by axe
// and by our own rules (cut text, small targets, sideways scrolling).
//
//   npm run build:fake && npm run shots -- --out <folder> [--only <part of a name>]
//     [--themes light,dark,sunlight] [--languages zh-CN,en] [--text standard] [--size 360x640]
//     [--targets large] [--hand left]
import { deflateSync } from 'node:zlib'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { By, until } from 'selenium-webdriver'
import { openBrowser } from './browser.mjs'
import { problemsOf } from './scan.mjs'
import { screens } from './screens.mjs'
import { serve } from './serve.mjs'

const { values: wanted } = parseArgs({
  options: {
    out: { type: 'string' },
    only: { type: 'string', default: '' },
    themes: { type: 'string', default: 'light,dark,sunlight' },
    languages: { type: 'string', default: 'zh-CN,en' },
    text: { type: 'string', default: 'standard' },
    size: { type: 'string', default: '360x640' },
    targets: { type: 'string', default: 'standard' },
    hand: { type: 'string', default: 'right' },
  },
})
const out = wanted.out ?? mkdtempSync(join(tmpdir(), 'linli-shots-'))
mkdirSync(out, { recursive: true })
const [width, height] = wanted.size.split('x').map(Number)
const picture = join(out, 'input.png')
writeFileSync(picture, plainPng(64, 48))

const site = await serve(fileURLToPath(new URL('../dist-fake', import.meta.url)))
let browser
const problems = []

const find = (id) =>
  browser.wait(until.elementLocated(By.css(`[data-testid="${id}"]`)), 4000, `no ${id}`)

/** The element that takes a tap or keys: a field's control stands inside its test id. */
const inner = async (id) => {
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
  /** The camera answers some time after it was asked for. */
  camera: () =>
    browser.wait(until.elementLocated(By.css('[data-testid="p6.shutter"]:enabled')), 4000),
  /** Somebody has spoken for some seconds. */
  said: () =>
    browser.wait(async () => /5[0-7]/.test(await (await find('voice.left')).getText()), 9000),
  photo: async () => {
    const before = (await browser.findElements(By.css('.photo-row__photo'))).length
    await (await inner('photo.input')).sendKeys(picture)
    await browser.wait(
      async () => (await browser.findElements(By.css('.photo-row__photo'))).length > before,
      4000,
    )
  },
  /** Longer than what two taps on one place are apart. */
  pause: () => new Promise((resolve) => setTimeout(resolve, 400)),
  end: () => browser.executeScript('document.querySelector(".app-page__body").scrollTop = 100000'),
}

const chosen = screens.filter(({ name }) => name.includes(wanted.only))
try {
  for (const hasCamera of [false, true]) {
    const group = chosen.filter((screen) => (screen.hasCamera ?? false) === hasCamera)
    if (group.length > 0) await lookAt(group, hasCamera)
  }
} finally {
  site.close()
}

/** Looks at these screens in every language and theme, in a browser of their own. */
async function lookAt(group, hasCamera) {
  browser = await openBrowser({ width, height, hasCamera })
  await browser.sendDevToolsCommand('Emulation.setTimezoneOverride', {
    timezoneId: 'Asia/Shanghai',
  })
  try {
    for (const language of wanted.languages.split(',')) {
      for (const theme of wanted.themes.split(',')) {
        for (const screen of group) await look(screen, language, theme)
      }
    }
  } finally {
    await browser.quit()
  }
}

async function look(screen, language, theme) {
  const query = new URLSearchParams({ scenario: screen.scenario, language, theme, still: '' })
  for (const look of ['text', 'targets', 'hand']) query.set(look, wanted[look])
  await browser.get('about:blank')
  await browser.get(`${site.url}/?${query}#${screen.path ?? '/'}`)
  await browser.wait(until.elementLocated(By.css('main, .app-page')), 5000)
  await settle()
  for (const [verb, ...rest] of screen.act ?? []) {
    await actions[verb](...rest)
    await settle()
  }
  const name = `${screen.name}.${language}.${theme}`
  writeFileSync(join(out, `${name}.png`), await browser.takeScreenshot(), 'base64')
  for (const problem of await problemsOf(browser)) problems.push(`${name}: ${problem}`)
}

console.log(out)
for (const problem of problems) console.log(problem)
if (problems.length > 0) process.exitCode = 1

/** Two frames and a pause for pictures and transitions. */
async function settle() {
  await browser.executeAsyncScript(
    'const done = arguments[0]; setTimeout(() => requestAnimationFrame(() => done()), 260)',
  )
}

/** A small picture to choose in file inputs: a grey-blue gradient. */
function plainPng(columns, rows) {
  const raw = Buffer.alloc(rows * (columns * 3 + 1))
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const at = y * (columns * 3 + 1) + 1 + x * 3
      raw.set([90 + y, 110 + x, 130 + y + x], at)
    }
  }
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length)
    frame.writeUInt32BE(crc(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(columns)
  head.writeUInt32BE(rows, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function crc(bytes) {
  let value = ~0
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
  }
  return ~value >>> 0
}
