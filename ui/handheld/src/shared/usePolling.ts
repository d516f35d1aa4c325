import { onScopeDispose } from 'vue'

/** Asks again for as long as a screen is shown; for what moves too often to be told as a change. */
export function usePolling(ask: () => Promise<void>, every: number): void {
  const timer = setInterval(() => void ask(), every)
  onScopeDispose(() => clearInterval(timer))
}
