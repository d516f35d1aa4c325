import { onScopeDispose, ref, type Ref } from 'vue'

/** A list shows the time in each of its rows: one that comes must not draw all others anew. */
const FRESH = 1_000

const now = ref(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The time, renewed four times a minute for as long as somebody shows it. One clock for all. */
export function useNow(): Readonly<Ref<number>> {
  users += 1
  if (Math.abs(Date.now() - now.value) > FRESH) now.value = Date.now()
  timer ??= setInterval(() => (now.value = Date.now()), 15_000)
  onScopeDispose(() => {
    users -= 1
    if (users > 0) return
    clearInterval(timer)
    timer = undefined
  })
  return now
}
