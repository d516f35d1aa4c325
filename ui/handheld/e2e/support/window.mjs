// The handheld's real window, driven through WebKit's own driver.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { By, Capabilities, Key, WebDriver } from 'selenium-webdriver'
import { Executor, HttpClient } from 'selenium-webdriver/http/index.js'
import { program } from './places.mjs'
import { end, freePort, start } from './process.mjs'
import { Gone, until, within } from './wait.mjs'

/** Answers when no transition is half done and what was just written is painted. */
const SETTLED = `
  const done = arguments[0]
  const ends = document
    .getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
    .map((one) => one.finished.catch(() => {}))
  Promise.all(ends).then(() => requestAnimationFrame(() => requestAnimationFrame(() => done())))`

/**
 * No finger that means it taps twice within this time, in milliseconds; the screens take the second of two
 * taps on one place within 300 ms for a glove that bounces.
 */
const NEXT_TAP = 350

/** In the page: notes how long after a tap on one element another one is painted. */
const WATCH = `
  const [tapped, shown] = [...arguments].map((id) => '[data-testid="' + id + '"]')
  let from
  window.linliPainted = undefined
  const tap = ({ target }) => {
    if (!target.closest(tapped)) return
    removeEventListener('click', tap, true)
    from = performance.now()
  }
  addEventListener('click', tap, true)
  const seen = new MutationObserver(() => {
    if (from === undefined || !document.querySelector(shown)) return
    seen.disconnect()
    requestAnimationFrame(() => setTimeout(() => {
      window.linliPainted = performance.now() - from
    }))
  })
  seen.observe(document, { subtree: true, childList: true, attributes: true })`

/** In the page: notes how long after a tap on one element the last change of the page was painted. */
const WATCH_STILL = `
  const tapped = '[data-testid="' + arguments[0] + '"]'
  let from
  let timer
  window.linliStill = undefined
  const changed = () => {
    clearTimeout(timer)
    requestAnimationFrame(() => {
      const time = performance.now() - from
      clearTimeout(timer)
      timer = setTimeout(() => {
        seen.disconnect()
        window.linliStill = time
      }, 400)
    })
  }
  const seen = new MutationObserver(() => from !== undefined && changed())
  const tap = ({ target }) => {
    if (!target.closest(tapped)) return
    removeEventListener('click', tap, true)
    from = performance.now()
    changed()
  }
  addEventListener('click', tap, true)
  seen.observe(document.querySelector('#app'), { subtree: true, childList: true, characterData: true })`

/** The narrowest window that the screens are made for. */
const NARROW = { width: 320, height: 568 }

/** Puts looks on the page as the settings do, and gives those that it had. */
const WEAR = `
  const { dataset } = document.documentElement
  const before = {}
  for (const [look, value] of Object.entries(arguments[0])) {
    before[look] = dataset[look] ?? null
    if (value === null) delete dataset[look]
    else dataset[look] = value
  }
  return before`

/** WebKitGTK's own small browser, which comes with the library. */
const BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

/** How long a program may take until its window answers, in milliseconds. */
const OPENING = 60_000

/**
 * Pages are put together from layers, as where a graphics processor is: the driver takes no pictures of others.
 * The program would choose otherwise on a machine without one.
 */
const IN_LAYERS = { WEBKIT_DISABLE_COMPOSITING_MODE: '0', WEBKIT_SKIA_ENABLE_CPU_RENDERING: '1' }

/**
 * Opens the program's window on a device folder. With a camera, pictures and sound come from WebKit's test
 * devices; `env` is what the program is to find in its environment besides. Without `picturesIn`, the window
 * paints as the program chooses on this machine, and no pictures can be taken of it.
 */
export function openWindow({ display, home, gpsd, picturesIn, hasCamera = false, env = {} }) {
  return open({
    display,
    home,
    picturesIn,
    binary: program('linli-start'),
    args: [],
    env: {
      TAURI_WEBVIEW_AUTOMATION: 'true',
      LINLI_HANDHELD_FOLDER: join(home, 'device'),
      LINLI_GPSD: gpsd,
      ...(picturesIn ? IN_LAYERS : {}),
      ...(hasCamera ? { LINLI_TEST_CAMERA: '1' } : {}),
      ...env,
    },
  })
}

/** Opens the engine's small browser, with WebKit's test camera or without any, about as large as a handheld. */
export async function openBrowserWindow({ display, home, picturesIn, hasCamera }) {
  const window = await open({
    display,
    home,
    picturesIn,
    binary: BROWSER,
    args: [
      '--automation',
      '--enable-media-stream=true',
      `--enable-mock-capture-devices=${hasCamera}`,
    ],
    env: {},
  })
  await window.resize(480, 854)
  return window
}

/**
 * Starts a program with WebKit's driver.
 */
async function open({ display, home, picturesIn, binary, args, env }) {
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
      TZ: 'Asia/Shanghai',
      ...env,
    },
  })
  const url = `http://127.0.0.1:${port}`
  try {
    await until('the driver', async () => (await fetch(`${url}/status`)).ok)
    const wanted = new Capabilities().set('webkitgtk:browserOptions', { binary, args })
    const session = WebDriver.createSession(new Executor(new Client(url)), wanted)
    // The driver waits for ever for a program that ended as it started.
    await within(`a window of ${binary}; see its log`, session.getSession(), OPENING)
    return new Window(session, driver, picturesIn)
  } catch (error) {
    await end(driver, 'SIGKILL')
    throw error
  }
}

/** The way to the driver, which was killed with the program when nothing listens there any more. */
class Client extends HttpClient {
  async send(request) {
    try {
      return await super.send(request)
    } catch (error) {
      throw error.message.startsWith('ECONNREFUSED') ? new Gone(error.message) : error
    }
  }
}

class Window {
  #session
  #driver
  #pictures
  #tappedAt = -Infinity

  /** How often something was tapped, fields that were tapped into included. */
  taps = 0
  /** How long taps waited until a finger could have come back, in milliseconds. */
  waited = 0

  constructor(session, driver, pictures) {
    this.#session = session
    this.#driver = driver
    this.#pictures = pictures
  }

  /** Runs a function's text in the page. */
  run(script, ...args) {
    return this.#session.executeScript(script, ...args)
  }

  /** As a driver's session does, for what is looked for in any engine. */
  executeScript(script, ...args) {
    return this.#session.executeScript(script, ...args)
  }

  /** The same for what answers later. */
  executeAsyncScript(script, ...args) {
    return this.#session.executeAsyncScript(script, ...args)
  }

  /** Opens an address, from an empty page: the same one again would only change its end. */
  async go(address) {
    await this.#session.get('about:blank')
    await this.#session.get(address)
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
    this.taps += 1
    const from = performance.now()
    await until('the next tap', () => performance.now() - this.#tappedAt >= NEXT_TAP)
    this.waited += performance.now() - from
    await this.touch(id)
    this.#tappedAt = performance.now()
  }

  /** Taps an element; tells after how many milliseconds in the page another one was painted. */
  async tapUntil(id, shown) {
    await this.run(WATCH, id, shown)
    await this.tap(id)
    await this.find(shown)
    return until('the paint', () => this.run('return window.linliPainted'))
  }

  /** The same for a key of a pad, which is no tap of its own. */
  async touch(id) {
    await until(`a tap on ${id}`, async () => {
      const element = await this.#element(id)
      await this.run('arguments[0].scrollIntoView({ block: "center" })', element)
      await element.click()
      return true
    })
  }

  /** Taps a key of a pad; tells after how many milliseconds in the page nothing changed any more. */
  async keyUntilSettled(key) {
    await this.run(WATCH_STILL, `p13.key.${key}`)
    await this.touch(`p13.key.${key}`)
    return until('a still page', () => this.run('return window.linliStill'))
  }

  /** Presses a key where the focus is. */
  async press(name) {
    const key = Key[name.toUpperCase()]
    await this.#session.actions().keyDown(key).keyUp(key).perform()
  }

  /** Draws from one point of an element to another, each in parts of its width and height. */
  async drag(id, from, to) {
    const element = await this.find(id)
    const { width, height } = await element.getRect()
    const at = ([x, y]) => ({
      origin: element,
      x: Math.round((x - 0.5) * width),
      y: Math.round((y - 0.5) * height),
    })
    await this.#session
      .actions()
      .move(at(from))
      .press()
      .move({ ...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]), duration: 50 })
      .move({ ...at(to), duration: 50 })
      .release()
      .perform()
  }

  /** Makes the window as large, its frame included. */
  resize(width, height) {
    return this.#session.manage().window().setRect({ width, height })
  }

  /**
   * Does something while the window is as narrow as the narrowest handheld, with the largest text, targets
   * for gloves, in the left hand; then everything is as before.
   */
  async atWorst(act) {
    const { width, height } = await this.#session.manage().window().getRect()
    const looks = { text: 'extra_large', targets: 'large', hand: 'left' }
    const before = await this.run(WEAR, looks)
    const size = 'return innerWidth + "x" + innerHeight'
    const whole = await this.run(size)
    try {
      await this.resize(NARROW.width, NARROW.height)
      await until(
        'a narrow window',
        async () => (await this.run('return innerWidth')) === NARROW.width,
      )
      await this.settled()
      return await act()
    } finally {
      await this.run(WEAR, before)
      await this.resize(width, height)
      await until('the window as before', async () => (await this.run(size)) === whole)
      // A tap before the page is laid out again would fall where something else was.
      await this.settled()
    }
  }

  /** Types into a field; what stood there is replaced. */
  async type(id, text) {
    const field = await until(`the field ${id}`, async () =>
      (await this.#element(id)).findElement(By.css('input, textarea')),
    )
    if (!(await this.run('return document.activeElement === arguments[0]', field))) this.taps += 1
    // The driver's own `clear` tells the page nothing; an editing command does.
    await this.run('arguments[0].select(); document.execCommand("delete")', field)
    await field.sendKeys(text)
    const value = await field.getProperty('value')
    if (value !== text) throw new Error(`${id} has taken "${value}" instead of "${text}"`)
  }

  /** Puts a text into a field as from a clipboard: characters that no keyboard of the driver has, and long ones. */
  async paste(id, text) {
    const field = await until(`the field ${id}`, async () =>
      (await this.#element(id)).findElement(By.css('input, textarea')),
    )
    await this.run(
      `const [field, text] = arguments
       field.focus()
       field.select()
       if (text === '') document.execCommand('delete')
       else document.execCommand('insertText', false, text)`,
      field,
      text,
    )
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
      const [widths, areWhole] = [
        await this.property(css, 'naturalWidth'),
        await this.property(css, 'complete'),
      ]
      return widths.length >= count && widths.every((width) => width > 0) && areWhole.every(Boolean)
    })
    // A picture can be whole and not decoded yet: it would be drawn empty.
    await this.#session.executeAsyncScript(
      `const [css, done] = arguments
       Promise.all([...document.querySelectorAll(css)].map((one) => one.decode().catch(() => {}))).then(() => done())`,
      css,
    )
  }

  /** Scrolls the screen to its end or back. */
  scroll(to = 'end') {
    return this.run(
      `const body = document.querySelector('.app-page__body, main')
       body.scrollTop = arguments[0] === 'end' ? body.scrollHeight : 0`,
      to,
    )
  }

  /** Waits until nothing on the screen moves. */
  settled() {
    return this.#session.executeAsyncScript(SETTLED)
  }

  /** Takes a picture for people, once a passing notice is gone. */
  async shot(name) {
    if (!this.#pictures) throw new Error(`no picture "${name}" of a window in one piece`)
    await until('the end of a notice', () =>
      this.run(
        `return [...document.querySelectorAll('.van-toast')].every((one) => !one.checkVisibility())`,
      ),
    )
    await this.settled()
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
    await within('the end of the window', this.#session.quit(), 20_000).catch(() => {})
    await end(this.#driver)
  }

  /** The program's processes: its own, and those that draw and load for it. */
  processes() {
    const all = [this.#program()]
    for (const pid of all) all.push(...childrenOf(pid))
    return all
  }

  /** The process of the handheld's program: the driver's child. */
  #program() {
    const children = childrenOf(this.#driver.pid)
    if (children.length !== 1) throw new Error(`the driver has ${children.length} children`)
    return children[0]
  }

  async #element(id) {
    return this.#session.findElement(By.css(`[data-testid="${id}"]`))
  }
}

/** The processes that a process has started, whichever of its threads did. */
function childrenOf(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const lists = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'))
  return lists.flatMap((list) => list.split(/\s+/).filter(Boolean).map(Number))
}
