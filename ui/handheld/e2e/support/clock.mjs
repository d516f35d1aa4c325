// A clock that can be put forward for everything that runs on it: servers, headless handhelds and the window.
// libfaketime stands between the programs and the system's clock; what they wait for goes on as it does.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LIBRARY = 'faketime/libfaketimeMT.so.1'

/** A clock that starts at the system's time. */
export function openClock(home) {
  // Debian has a folder for each kind of machine.
  const places = readdirSync('/usr/lib').map((name) => join('/usr/lib', name, LIBRARY))
  const library = places.find((path) => existsSync(path))
  if (!library) throw new Error('libfaketime is not installed: apt-get install libfaketime')
  const file = join(home, 'clock')
  let ahead = 0
  const tell = () => writeFileSync(file, signed(ahead))
  tell()
  return {
    /** What a program needs in its environment to live by this clock. */
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },

    /** Puts it forward, from now on, for everybody at once. */
    forward(seconds) {
      ahead += seconds
      tell()
    },

    /** What one program needs to live by a clock that is so many seconds from this one. */
    apart(seconds) {
      const own = join(home, `clock${seconds}`)
      writeFileSync(own, signed(ahead + seconds))
      return { FAKETIME_TIMESTAMP_FILE: own }
    },

    /** What it shows, in milliseconds since 1970. */
    now: () => Date.now() + ahead * 1000,
  }
}

/** As the library reads it. */
function signed(seconds) {
  return `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`
}
