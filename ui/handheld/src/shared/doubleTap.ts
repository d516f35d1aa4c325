/** Two taps of one finger on one place are this far apart in time at least, in milliseconds. */
const APART = 300
/** Taps within this distance are on one place, in CSS pixels. */
const PLACE = 32
/** Where fast taps on one place are meant: keypads (`data-rapid`) and text. */
const RAPID = '[data-rapid], input, textarea'

function isSoon(ms: number): boolean {
  return ms >= 0 && ms < APART
}

/**
 * Lets only the first of two taps through that fall on one place within 300 ms: a glove that bounces,
 * or a finger that taps what has just appeared below it. Keyboards and assistive tools are not slowed
 * down. Returns the way to end it.
 */
export function guardDoubleTaps(page: Document): () => void {
  let last: { at: number; heard: number; x: number; y: number } | undefined
  let isSecond = false

  function press(event: PointerEvent): void {
    if (!event.isPrimary) return
    const { timeStamp: at, clientX: x, clientY: y } = event
    // Both clocks must agree: engines stamp events by clocks that may jump, and a page that was busy hears
    // taps late and close together.
    const heard = performance.now()
    isSecond =
      last !== undefined &&
      isSoon(at - last.at) &&
      isSoon(heard - last.heard) &&
      Math.hypot(x - last.x, y - last.y) < PLACE
    // A third tap counts from the first: somebody who goes on tapping is heard again in time.
    if (!isSecond) last = { at, heard, x, y }
  }

  function click(event: MouseEvent): void {
    if (!isSecond || event.detail === 0) return
    if (event.target instanceof Element && event.target.closest(RAPID)) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  page.addEventListener('pointerdown', press, true)
  page.addEventListener('click', click, true)
  return () => {
    page.removeEventListener('pointerdown', press, true)
    page.removeEventListener('click', click, true)
  }
}
