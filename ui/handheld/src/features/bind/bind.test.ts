import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { openApp } from '../../test/app'

const TICKET = 'LINLI1:7KQ2-9FXM-4TBW'

test('a text that is no ticket is refused at once, with what to do', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  await app.type('p1.ticket', 'hello')
  await app.tap('p1.next')
  expect(app.page()).toContain('这不是绑定码')
  expect(app.maybe('p2.secret')).toBeNull()
})

test('a used ticket says so', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  await app.type('p1.ticket', 'LINLI1:7KQ2-9FXM-USED')
  await app.tap('p1.next')
  expect(app.page()).toContain('已用过或过期')
})

test('the last four characters are shown, and binding waits for eight characters typed twice', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  await app.type('p1.ticket', `  ${TICKET}\n`)
  await app.tap('p1.next')
  expect(app.text('p2.tail')).toBe('4TBW')

  const bind = () => app.get('p2.bind') as HTMLButtonElement
  await app.type('p2.secret', 'seven77')
  await app.type('p2.again', 'seven77')
  await app.tap('p2.read')
  expect(bind().disabled).toBe(true)
  await app.type('p2.secret', 'north gate lamp')
  expect(app.page()).toContain('两次不一样')
  expect(bind().disabled).toBe(true)
  await app.type('p2.again', 'north gate lamp')
  expect(bind().disabled).toBe(false)
})

test('after binding the check code is read out, and the first sync begins when it is confirmed', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  await app.type('p1.ticket', TICKET)
  await app.tap('p1.next')
  await app.type('p2.secret', 'north gate lamp')
  await app.type('p2.again', 'north gate lamp')
  await app.tap('p2.read')
  await app.tap('p2.bind')
  expect(app.text('p2.check_code')).toBe('482 913')

  app.engine.confirm()
  await flushPromises()
  expect(app.maybe('p3.start')).not.toBeNull()
})

test('a refused binding leads back to the ticket', async () => {
  const app = await openApp('/', { scenario: 'confirming' })
  app.engine.world.status.binding = {
    stage: 'refused',
    check_code: null,
    reason: { code: 'spent', params: {} },
  }
  app.engine.tell(['device'])
  await flushPromises()
  expect(app.page()).toContain('已用过或过期')
  await app.tap('p2.cancel')
  expect(app.maybe('p1.ticket')).not.toBeNull()
})

test('after a binding that was given up the next ticket is asked for, even when the news comes first', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  await app.type('p1.ticket', TICKET)
  await app.tap('p1.next')
  await app.type('p2.secret', 'north gate lamp')
  await app.type('p2.again', 'north gate lamp')
  await app.tap('p2.read')
  await app.tap('p2.bind')
  const cancel = app.engine.cancelBinding
  // The screen hears of the change before the command has answered.
  app.engine.cancelBinding = async () => {
    await cancel()
    await new Promise(() => {})
  }
  await app.tap('p2.cancel')
  expect(app.maybe('p1.ticket')).not.toBeNull()
})

test('the language can be changed before anybody signed in', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  await app.tap('language')
  expect(app.page()).toContain('Bind this device')
  expect(document.documentElement.lang).toBe('en')
})

/** A scanner types: a key every so many milliseconds, at whatever has the focus. */
async function scan(at: HTMLElement, text: string, gap = 5): Promise<boolean[]> {
  let now = 1_000
  const stopped = [...text, 'Enter'].map((key) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
    Object.defineProperty(event, 'timeStamp', { value: (now += gap) })
    return !at.dispatchEvent(event)
  })
  await flushPromises()
  return stopped
}

test.each(['body', 'language', 'p1.next'])('a scanner is read with the focus on %s', async (id) => {
  const app = await openApp('/', { scenario: 'unbound' })
  const at = id === 'body' ? document.body : app.get(id)
  const stopped = await scan(at, TICKET)
  expect(app.text('p2.tail')).toBe('4TBW')
  expect(stopped[stopped.length - 1]).toBe(true)
})

test('a scanned text that is no ticket is shown and refused', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  await scan(document.body, 'https://example.org/a?b=1')
  expect(app.page()).toContain('这不是绑定码')
  expect((app.control('p1.ticket') as HTMLTextAreaElement).value).toBe('https://example.org/a?b=1')
})

test('a hand on the keys is no scanner, and Enter stays the button it is on', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  const slow = await scan(app.get('language'), TICKET, 120)
  expect(slow).not.toContain(true)
  expect(app.maybe('p2.tail')).toBeNull()
  const short = await scan(app.get('language'), 'abc')
  expect(short[short.length - 1]).toBe(false)
})

test('in the field itself Enter reads what was typed, once', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  await app.type('p1.ticket', TICKET)
  await scan(app.control('p1.ticket'), '')
  expect(app.text('p2.tail')).toBe('4TBW')
})

async function pick(app: Awaited<ReturnType<typeof openApp>>, text: string, type: string) {
  const input = app.get('p1.picture') as HTMLInputElement
  Object.defineProperty(input, 'files', {
    value: [new File([text], 'code.jpg', { type })],
    configurable: true,
  })
  input.dispatchEvent(new Event('change', { bubbles: true }))
  await flushPromises()
}

test('a picture of the code is read, and what is none says so and leaves the field as it was', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  await pick(app, 'a wall', 'image/jpeg')
  expect(app.page()).toContain('照片里没有找到码')
  expect((app.control('p1.ticket') as HTMLTextAreaElement).value).toBe('')
  const again = await openApp('/', { scenario: 'unbound' })
  await pick(again, 'words', 'text/plain')
  expect(again.page()).toContain('不是能读的照片')
  const good = await openApp('/', { scenario: 'unbound' })
  await pick(good, TICKET, 'image/png')
  expect(good.text('p2.tail')).toBe('4TBW')
})
