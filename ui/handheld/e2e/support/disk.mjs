// A small disk for a device's folder, so that it can be nearly full. Mounting needs root.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MEBIBYTE = 1024 * 1024
const SIZE = 400

/** The disk, mounted at a folder; nothing where it cannot be mounted. */
export function openDisk(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}m,mode=700`, 'tmpfs', folder], {
      stdio: 'ignore',
    })
  } catch {
    return undefined
  }
  const filler = join(folder, 'filler')
  const free = () => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  }
  return {
    free,

    /** Leaves so many MiB. */
    leave(mebibytes) {
      rmSync(filler, { force: true })
      writeFileSync(filler, Buffer.alloc(Math.max(0, free() - mebibytes * MEBIBYTE)))
    },

    /** Makes room again. */
    clear: () => rmSync(filler, { force: true }),

    close() {
      execFileSync('umount', ['--lazy', folder])
    },
  }
}
