import { computed, ref, type Ref } from 'vue'
import type { PhotoArea } from '@linli/ui-shared'
import { between, type Point } from './areas'

/** A finger that draws a part on a picture: from where it comes down to where it goes up. */
export function useStroke(
  stage: Readonly<Ref<HTMLElement | null>>,
  drawn: (area: PhotoArea) => void,
  tapped: (at: Point) => void,
) {
  const from = ref<Point>()
  const to = ref<Point>()
  const stroke = computed(() => (from.value && to.value ? between(from.value, to.value) : null))

  function at(event: PointerEvent): Point {
    const box = stage.value?.getBoundingClientRect()
    if (!box || box.width === 0 || box.height === 0) return { x: 0, y: 0 }
    return {
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
    }
  }

  function begin(event: PointerEvent): void {
    if (!event.isPrimary) return
    stage.value?.setPointerCapture?.(event.pointerId)
    from.value = at(event)
    to.value = from.value
  }

  function go(event: PointerEvent): void {
    if (from.value && event.isPrimary) to.value = at(event)
  }

  function end(event: PointerEvent): void {
    if (!from.value || !event.isPrimary) return
    to.value = at(event)
    if (stroke.value) drawn(stroke.value)
    else tapped(to.value)
    cancel()
  }

  function cancel(): void {
    from.value = undefined
    to.value = undefined
  }

  return { stroke, begin, go, end, cancel }
}
