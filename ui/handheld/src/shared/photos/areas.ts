import type { PhotoArea } from '@linli/ui-shared'

/** Parts of a picture that are to be black, in thousandths of its width and height. */

/** The whole of an edge. */
const WHOLE = 1000
/** How far one tap moves or grows a part. */
export const STEP = 25
/** Less cannot be seen, and nothing can be hidden by it. */
const LEAST = 30
/** What a tap on "add" begins with, in the middle of the picture. */
const FIRST: PhotoArea = { left: 350, top: 350, width: 300, height: 300 }

export type Side = 'left' | 'right' | 'up' | 'down'
export type Change = 'wider' | 'narrower' | 'higher' | 'lower'

/** A point in the picture, each from 0 to 1. */
export interface Point {
  x: number
  y: number
}

/** A new part in the middle, a little beside those that lie there already. */
export function added(areas: readonly PhotoArea[]): PhotoArea {
  const shift = (areas.length % 8) * STEP
  return moved({ ...FIRST, left: FIRST.left + shift, top: FIRST.top + shift }, 'down', 0)
}

/** The part between two corners; nothing when they are as good as one. */
export function between(from: Point, to: Point): PhotoArea | null {
  const [left, right] = edges(from.x, to.x)
  const [top, bottom] = edges(from.y, to.y)
  if (right - left < LEAST || bottom - top < LEAST) return null
  return { left, top, width: right - left, height: bottom - top }
}

/** The part one step further, never beyond the edge of the picture. */
export function moved(area: PhotoArea, side: Side, step = STEP): PhotoArea {
  const dx = side === 'left' ? -step : side === 'right' ? step : 0
  const dy = side === 'up' ? -step : side === 'down' ? step : 0
  return {
    ...area,
    left: within(area.left + dx, 0, WHOLE - area.width),
    top: within(area.top + dy, 0, WHOLE - area.height),
  }
}

/** The part one step larger or smaller, around its middle. */
export function resized(area: PhotoArea, change: Change): PhotoArea {
  const grow = change === 'wider' || change === 'higher' ? 2 * STEP : -2 * STEP
  const isAcross = change === 'wider' || change === 'narrower'
  const width = isAcross ? within(area.width + grow, LEAST, WHOLE) : area.width
  const height = isAcross ? area.height : within(area.height + grow, LEAST, WHOLE)
  return {
    left: within(area.left + Math.round((area.width - width) / 2), 0, WHOLE - width),
    top: within(area.top + Math.round((area.height - height) / 2), 0, WHOLE - height),
    width,
    height,
  }
}

/** Which part lies at a point, the topmost first; -1 for none. */
export function areaAt(areas: readonly PhotoArea[], { x, y }: Point): number {
  const [px, py] = [x * WHOLE, y * WHOLE]
  const isHit = ({ left, top, width, height }: PhotoArea) =>
    px >= left && px <= left + width && py >= top && py <= top + height
  return areas.reduce((found, area, index) => (isHit(area) ? index : found), -1)
}

/** Rounded outward, so that what is seen to be covered is covered. */
function edges(a: number, b: number): [number, number] {
  const low = within(Math.floor(Math.min(a, b) * WHOLE), 0, WHOLE)
  const high = within(Math.ceil(Math.max(a, b) * WHOLE), 0, WHOLE)
  return [low, high]
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
