import { ref, type Ref } from 'vue'
import type { Spot } from '../../shared/plane'

/** A finger that moved less than this has tapped, in pixels. */
const TAP = 8

/**
 * Draws the picture along with a finger. Every place is reached with buttons as well; this is only quicker.
 * What is drawn moves as a whole, and is drawn anew once, when the finger leaves.
 */
export function useDrag(moved: (by: Spot) => void): {
  by: Ref<Spot>
  handlers: Record<string, (event: PointerEvent) => void>
  /** Swallows the click that ends a drag. */
  onClick: (event: MouseEvent) => void
} {
  const by = ref<Spot>({ x: 0, y: 0 })
  let start: { id: number; x: number; y: number } | undefined
  let isDragged = false

  function distance(event: PointerEvent): Spot {
    return { x: event.clientX - (start?.x ?? 0), y: event.clientY - (start?.y ?? 0) }
  }

  function pointerdown(event: PointerEvent): void {
    isDragged = false
    if (event.isPrimary) start = { id: event.pointerId, x: event.clientX, y: event.clientY }
  }

  function pointermove(event: PointerEvent): void {
    if (start?.id !== event.pointerId) return
    const now = distance(event)
    if (!isDragged && Math.hypot(now.x, now.y) < TAP) return
    if (!isDragged && event.currentTarget instanceof Element) {
      event.currentTarget.setPointerCapture(event.pointerId)
    }
    isDragged = true
    by.value = now
  }

  function pointerup(event: PointerEvent): void {
    if (start?.id !== event.pointerId) return
    if (isDragged) moved(distance(event))
    start = undefined
    by.value = { x: 0, y: 0 }
  }

  function pointercancel(): void {
    start = undefined
    by.value = { x: 0, y: 0 }
  }

  function onClick(event: MouseEvent): void {
    if (!isDragged) return
    isDragged = false
    event.preventDefault()
    event.stopPropagation()
  }

  return { by, handlers: { pointerdown, pointermove, pointerup, pointercancel }, onClick }
}
