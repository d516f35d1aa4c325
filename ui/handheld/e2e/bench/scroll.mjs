// A list of all cases is scrolled from its top to its end, as fast as a thumb does; each frame is timed.
import { quantile } from './numbers.mjs'

/** Pixels in a frame: at 60 frames a second four screens are gone through in a second, as by a fast thumb. */
const STEP = 60
const FRAME = 50
/** Frames of a page that does nothing, to compare with. */
const QUIET = 300
/** Frames in one go: the driver does not wait long for an answer. */
const PART = 200

const FRAMES = `
  const [step, most, done] = arguments
  const body = document.querySelector('main')
  const frames = []
  let last
  const frame = () => {
    const now = performance.now()
    if (last !== undefined) frames.push(now - last)
    last = now
    body.scrollTop += step
    const isEnd = step > 0 && body.scrollTop + body.clientHeight >= body.scrollHeight - 1
    if (isEnd || frames.length >= most) done({ frames, height: body.scrollHeight, isEnd })
    else requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)`

export async function scroll(day) {
  const { window } = day
  await window.tap('tabs.cases')
  await window.tap('p9.list.grid')
  await day.some('[data-testid^="case."]')
  const quiet = await window.executeAsyncScript(FRAMES, 0, QUIET)
  const { frames, height } = await toTheEnd(window)
  await day.some('[data-testid^="case."]')
  await day.home()
  const quietest = Math.max(...quiet.frames)
  day.figure('cases scrolled, height of the list', height, 'px')
  day.figure('cases scrolled, frames', frames.length, '')
  day.figure('a frame while cases scroll, median', quantile(frames, 0.5), 'ms')
  day.figure('a frame while cases scroll, 99th of 100', quantile(frames, 0.99), 'ms')
  day.figure('a frame while cases scroll, longest', Math.max(...frames), 'ms')
  day.figure('a frame while nothing happens, longest', quietest, 'ms')
  const late = frames.filter((time) => time > FRAME).length
  day.figure('frames over 50 ms while cases scroll', late, '')
}

/** Scrolls until the list ends; its pages come while it is scrolled, so that its height grows. */
async function toTheEnd(window) {
  const all = []
  for (;;) {
    const { frames, height, isEnd } = await window.executeAsyncScript(FRAMES, STEP, PART)
    all.push(...frames)
    if (isEnd) return { frames: all, height }
  }
}
