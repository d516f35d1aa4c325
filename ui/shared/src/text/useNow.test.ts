import { effectScope } from 'vue'
import { expect, test, vi } from 'vitest'
import { useNow } from './useNow'

test('a row that comes draws no other anew, and an old time is not shown', () => {
  vi.useFakeTimers({ now: 1_000_000 })
  const scope = effectScope()
  scope.run(() => {
    const now = useNow()
    expect(now.value).toBe(1_000_000)
    vi.setSystemTime(1_000_900)
    useNow()
    expect(now.value, 'less than a second is no other time').toBe(1_000_000)
    vi.setSystemTime(1_001_100)
    useNow()
    expect(now.value).toBe(1_001_100)
    vi.setSystemTime(900_000)
    useNow()
    expect(now.value, 'a clock that was put back').toBe(900_000)
    vi.advanceTimersByTime(15_000)
    expect(now.value).toBe(915_000)
  })
  scope.stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})
