// A screen for the window: Xvfb on a display number that it finds itself.
import { createInterface } from 'node:readline'
import { end, start } from './process.mjs'

export async function openScreen() {
  const child = start(
    'Xvfb',
    ['-displayfd', '1', '-screen', '0', '1000x1000x24', '-nolisten', 'tcp'],
    {
      stdio: 'pipe',
    },
  )
  const lines = createInterface({ input: child.stdout })
  const number = await Promise.race([
    lines[Symbol.asyncIterator]().next(),
    child.failure,
    child.ended.then(() => ({ done: true })),
  ])
  if (number.done) throw new Error('Xvfb does not start')
  return { display: `:${number.value}`, close: () => end(child) }
}
