// A satellite receiver: gpsfake plays a walk from a door to a real gpsd.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { end, freePort, start } from './process.mjs'

const EPOCHS = 60

export async function openReceiver(home, start_at) {
  const track = join(home, 'walk.nmea')
  writeFileSync(track, walk(start_at))
  const port = await freePort()
  const child = start('gpsfake', ['-n', '-q', '-c', '0.2', '-P', String(port), track], {
    log: join(home, 'gpsfake.log'),
  })
  return { address: `127.0.0.1:${port}`, close: () => end(child) }
}

/** Half a metre a second to the north-east, as a receiver tells it. */
function walk({ lon, lat }) {
  const begin = Date.now() - EPOCHS * 1000
  const lines = []
  for (let second = 0; second < EPOCHS; second += 1) {
    const at = new Date(begin + second * 1000).toISOString()
    const time = `${at.slice(11, 19).replaceAll(':', '')}.00`
    const date = `${at.slice(8, 10)}${at.slice(5, 7)}${at.slice(2, 4)}`
    const where = `${degrees(lat + second * 3.2e-6, 2)},N,${degrees(lon + second * 4.1e-6, 3)},E`
    lines.push(
      sentence(`GPGGA,${time},${where},1,09,0.9,44.0,M,-9.0,M,,`),
      sentence('GPGSA,A,3,01,04,07,08,11,17,20,28,32,,,,1.6,0.9,1.3'),
      sentence(`GPRMC,${time},A,${where},1.0,045.0,${date},,,A`),
    )
  }
  return lines.join('')
}

/** Degrees and minutes in one figure, as NMEA wants them. */
function degrees(value, digits) {
  const whole = Math.floor(value)
  const minutes = ((value - whole) * 60).toFixed(5).padStart(8, '0')
  return `${String(whole).padStart(digits, '0')}${minutes}`
}

function sentence(text) {
  let sum = 0
  for (const letter of text) sum ^= letter.charCodeAt(0)
  return `$${text}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}
