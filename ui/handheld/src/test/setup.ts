import { afterEach, vi } from 'vitest'
import { unmountAll } from './app'

// happy-dom draws nothing and scrolls nowhere.
Element.prototype.scrollIntoView = vi.fn()

afterEach(() => {
  unmountAll()
  vi.useRealTimers()
})
