// The handheld's real window, driven through WebKit's own driver.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { By, Capabilities, WebDriver } from 'selenium-webdriver'
import { Executor, HttpClient } from 'selenium-webdriver/http/index.js'
import { program } from './places.mjs'
import { end, freePort, start } from './process.mjs'
import { until } from './wait.mjs'

/** Answers when no transition is half done and what was just written is painted. */
const SETTLED = `
  const done = arguments[0]
  const ends = document
    .getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
    .map((one) => one.finished.catch(() => {}))
  Promise.all(ends).then(() => requestAnimationFrame(() => requestAnimationFrame(() => done())))`

/**
 * Opens the window on a device folder. WEBKIT_DISABLE_COMPOSITING_MODE and WEBKIT_DISABLE_DMABUF_RENDERER
 * must not be set: screenshots would never come.
 */
export async function openWindow({ display, home, gpsd, picturesIn }) {
  const runtime = join(home, 'run')
  mkdirSync(runtime, { recursive: true, mode: 0o700 })
  const port = await freePort()
  const driver = start('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    log: join(home, 'window.log'),
    env: {
      DISPLAY: display,
      GDK_BACKEND: 'x11',
      XDG_RUNTIME_DIR: runtime,
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CACHE_HOME: join(home, 'cache'),
      TAURI_WEBVIEW_AUTOMATION: 'true',
      TZ: 'Asia/Shanghai',
      LINLI_HANDHELD_FOLDER: join(home, 'device'),
      LINLI_GPSD: gpsd,
    },
  })
  const url = `http://127.0.0.1:${port}`
  try {
    await until('the driver', async () => (await fetch(`${url}/status`)).ok)
    const wanted = new Capabilities().set('webkitgtk:browserOptions', {
      binary: program('linli-handheld'),
      args: [],
    })
    const session = WebDriver.createSession(new Executor(new HttpClient(url)), wanted)
    await session.getSession()
    return new Window(session, driver, picturesIn)
  } catch (error) {
    await end(driver, 'SIGKILL')
    throw error
  }
}

class Window {
  #session
  #driver
  #pictures

  constructor(session, driver, pictures) {
    this.#session = session
    this.#driver = driver
    this.#pictures = pictures
  }

  /** Runs a function's text in the page. */
  run(script, ...args) {
    return this.#session.executeScript(script, ...args)
  }

  /** Asks the engine as the screens do. */
  async ask(command, args = {}) {
    return this.#session.executeAsyncScript(
      `const [command, args, done] = arguments
       window.__TAURI_INTERNALS__.invoke(command, args).then(done, (error) => done({ error }))`,
      command,
      args,
    )
  }

  /** All text that can be read now. */
  text() {
    return this.run('return document.body.innerText')
  }

  /** Waits until a text can be read, in one element or anywhere. */
  async sees(words, id) {
    const look = id ? async () => (await this.#element(id)).getText() : () => this.text()
    let seen = ''
    const isThere = async () => {
      seen = await look()
      return seen.replaceAll(/\s+/g, ' ').includes(words)
    }
    try {
      await until(`"${words}"`, isThere, 30_000)
    } catch (error) {
      throw new Error(`"${words}" is not shown${id ? ` in ${id}` : ''}; there is:\n${seen}`, {
        cause: error,
      })
    }
  }

  /** Whether an element is there. */
  async has(id) {
    return (await this.#session.findElements(By.css(`[data-testid="${id}"]`))).length > 0
  }

  /** Waits for an element. */
  async find(id) {
    return until(`the element ${id}`, () => this.#element(id))
  }

  /** Waits until an element is gone. */
  async gone(id) {
    await until(`the end of ${id}`, async () => !(await this.has(id)))
  }

  /** A value of an element's property, such as `naturalWidth` of all pictures below it. */
  property(css, name) {
    return this.run(
      'return [...document.querySelectorAll(arguments[0])].map((one) => one[arguments[1]])',
      css,
      name,
    )
  }

  /** Taps an element: a real click of the driver at its middle. */
  async tap(id) {
    await until(`a tap on ${id}`, async () => {
      const element = await this.#element(id)
      await this.run('arguments[0].scrollIntoView({ block: "center" })', element)
      await element.click()
      return true
    })
  }

  /** Types into a field; what stood there is replaced. */
  async type(id, text) {
    const field = await until(`the field ${id}`, async () =>
      (await this.#element(id)).findElement(By.css('input, textarea')),
    )
    // The driver's own `clear` tells the page nothing; an editing command does.
    await this.run('arguments[0].select(); document.execCommand("delete")', field)
    await field.sendKeys(text)
    const value = await field.getProperty('value')
    if (value !== text) throw new Error(`${id} has taken "${value}" instead of "${text}"`)
  }

  /** Chooses a file where the camera would be. */
  async photo(path) {
    const input = await this.find('photo.input')
    await until('the camera', () => input.isEnabled())
    await input.sendKeys(path)
  }

  /** Waits until all pictures on the screen are painted. */
  async paints(css, count) {
    await until(`${count} pictures at ${css}`, async () => {
      const widths = await this.property(css, 'naturalWidth')
      return widths.length >= count && widths.every((width) => width > 0)
    })
  }

  /** Scrolls the screen to its end or back. */
  scroll(to = 'end') {
    return this.run(
      `const body = document.querySelector('.app-page__body, main')
       body.scrollTop = arguments[0] === 'end' ? body.scrollHeight : 0`,
      to,
    )
  }

  /** Takes a picture for people, once a passing notice is gone. */
  async shot(name) {
    await until('the end of a notice', () =>
      this.run(
        `return [...document.querySelectorAll('.van-toast')].every((one) => !one.checkVisibility())`,
      ),
    )
    await this.#session.executeAsyncScript(SETTLED)
    const picture = await this.#session.takeScreenshot()
    writeFileSync(join(this.#pictures, `${name}.png`), picture, 'base64')
  }

  /** Ends the program at once, as a flat battery would. */
  async kill() {
    process.kill(this.#program(), 'SIGKILL')
    await end(this.#driver, 'SIGKILL')
  }

  /** Closes the window. */
  async close() {
    await this.#session.quit().catch(() => {})
    await end(this.#driver)
  }

  /** The process of the handheld's program: the driver's child. */
  #program() {
    const { pid } = this.#driver
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/)
    const [only, ...more] = children.filter((child) => child !== '')
    if (!only || more.length > 0) throw new Error(`the driver has ${children.length} children`)
    return Number(only)
  }

  async #element(id) {
    return this.#session.findElement(By.css(`[data-testid="${id}"]`))
  }
}
