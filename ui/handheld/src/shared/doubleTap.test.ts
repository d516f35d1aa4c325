import { afterEach, expect, test } from 'vitest'
import { guardDoubleTaps } from './doubleTap'

let stop: (() => void) | undefined
afterEach(() => {
  stop?.()
  document.body.innerHTML = ''
})

/** A page with a button and a keypad; taps at times and places. */
function open() {
  document.body.innerHTML =
    '<button id="save"></button><div data-rapid><button id="key"></button></div>'
  stop = guardDoubleTaps(document)
  const heard: string[] = []
  document.addEventListener('click', (event) => heard.push((event.target as Element).id))

  function tap(id: string, at: number, x = 100, y = 100): void {
    const element = document.getElementById(id)
    const press = new PointerEvent('pointerdown', {
      bubbles: true,
      isPrimary: true,
      clientX: x,
      clientY: y,
    })
    Object.defineProperty(press, 'timeStamp', { value: at })
    element?.dispatchEvent(press)
    element?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 }))
  }
  return { heard, tap }
}

test('the second of two taps on one place within 300 ms is not heard', () => {
  const { heard, tap } = open()
  tap('save', 1000)
  tap('save', 1299, 110, 108)
  expect(heard).toEqual(['save'])
  tap('save', 1300)
  expect(heard).toEqual(['save', 'save'])
})

test('an event that is stamped before the last one is no second tap', () => {
  const { heard, tap } = open()
  tap('save', 1000)
  tap('save', 400)
  expect(heard).toEqual(['save', 'save'])
})

test('another place is another tap', () => {
  const { heard, tap } = open()
  tap('save', 1000)
  tap('save', 1050, 200, 100)
  expect(heard).toEqual(['save', 'save'])
})

test('a keypad takes fast taps', () => {
  const { heard, tap } = open()
  tap('key', 1000)
  tap('key', 1080)
  expect(heard).toEqual(['key', 'key'])
})

test('a keyboard is not slowed down', () => {
  const { heard, tap } = open()
  tap('save', 1000)
  tap('save', 1100)
  document.getElementById('save')?.click()
  document.getElementById('save')?.click()
  expect(heard).toEqual(['save', 'save', 'save'])
})
