// Programs that run beside the test, and free ports for them.
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { createServer } from 'node:net'

/** Starts a program; what it complains about goes to a file. */
export function start(file, args, { env = {}, log, stdio = 'ignore' } = {}) {
  const errors = log ? openSync(log, 'a') : 'ignore'
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: [stdio === 'pipe' ? 'pipe' : 'ignore', stdio, errors],
  })
  child.failure = new Promise((_, reject) => child.once('error', reject))
  child.failure.catch(() => {})
  child.ended = new Promise((resolve) => child.once('exit', resolve))
  return child
}

/** Ends a program and waits until it is gone. */
export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await child.ended
}

/** A port of this machine that nobody uses now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
