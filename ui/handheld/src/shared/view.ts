import type { Bounds, Spot } from './plane'

/** What of the plane is seen: the spot in the middle, and pixels per metre. */
export interface View extends Spot {
  scale: number
}

export interface Size {
  width: number
  height: number
}

/** The closest look: about a hand's breadth of ground to a pixel. */
export const MOST_SCALE = 8
/** One tap on + or −. */
export const STEP = 1.6
/** How much of the picture stays free around what is fitted into it. */
const MARGIN = 0.08
/** The least that is shown, in metres: a single spot has no size of its own. */
const LEAST_METRES = 40

/** The view that shows all of the bounds. */
export function fit(bounds: Bounds, size: Size): View {
  const width = Math.max(bounds.right - bounds.left, LEAST_METRES)
  const height = Math.max(bounds.bottom - bounds.top, LEAST_METRES)
  const room = 1 - 2 * MARGIN
  const scale = Math.min((size.width * room) / width, (size.height * room) / height)
  return {
    x: (bounds.left + bounds.right) / 2,
    y: (bounds.top + bounds.bottom) / 2,
    scale: Math.min(scale, MOST_SCALE),
  }
}

/** A spot in the middle, with its surroundings. */
export function near({ x, y }: Spot, whole: View): View {
  return { ...zoom(whole, STEP ** 2, whole), x, y }
}

/** Closer or farther around the middle, between the whole and the closest look. */
export function zoom(view: View, factor: number, whole: View): View {
  const scale = Math.min(MOST_SCALE, Math.max(whole.scale, view.scale * factor))
  return scale === whole.scale && factor < 1 ? { ...whole } : { ...view, scale }
}

/** Where a spot is drawn, in pixels from the left and from above. */
export function drawn(spot: Spot, view: View, size: Size): Spot {
  return {
    x: (spot.x - view.x) * view.scale + size.width / 2,
    y: (spot.y - view.y) * view.scale + size.height / 2,
  }
}

/** In which directions there is more than what is seen. */
export function beyond(bounds: Bounds, view: View, size: Size) {
  const start = drawn({ x: bounds.left, y: bounds.top }, view, size)
  const end = drawn({ x: bounds.right, y: bounds.bottom }, view, size)
  return {
    left: start.x < -1,
    up: start.y < -1,
    right: end.x > size.width + 1,
    down: end.y > size.height + 1,
  }
}
