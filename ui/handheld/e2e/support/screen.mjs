// A screen for the window: Xvfb on a display number that it finds itself.
import { createInterface } from 'node:readline'
import { end, start } from './process.mjs'

/**
 * Opens a screen. It is not reset when its last window goes: a program that was killed and started again at
 * once could not get in meanwhile.
 */
export async function openScreen() {
  const screen = ['-screen', '0', '1000x1000x24', '-noreset']
  const child = start('Xvfb', ['-displayfd', '1', ...screen, '-nolisten', 'tcp'], { stdio: 'pipe' })
  const lines = createInterface({ input: child.stdout })
  const number = await Promise.race([
    lines[Symbol.asyncIterator]().next(),
    child.failure,
    child.ended.then(() => ({ done: true })),
  ])
  if (number.done) throw new Error('Xvfb does not start')
  return { display: `:${number.value}`, close: () => end(child) }
}
