// What of the screens is loaded before the first page can be used, compressed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { screens } from '../support/places.mjs'

export function measureScreens(day) {
  const page = readFileSync(join(screens, 'index.html'), 'utf8')
  const parts = [...page.matchAll(/(?:src|href)="\/?([^"]+\.js)"/g)].map(([, path]) => path)
  const sizes = parts.map((path) => gzipSync(readFileSync(join(screens, path))).length)
  const sum = sizes.reduce((one, other) => one + other, 0)
  day.figure('JavaScript of the first page, gzip', sum / 1024, 'KiB')
}
