// Writes src/icons/lucide.ts from a folder of Lucide SVG files (the `icons` folder of the
// lucide-static package). Run it by hand when the list below changes:
//   node scripts/icons.mjs <folder>
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const names = `
a-large-small accessibility arrow-down-to-line arrow-up-from-line ban battery bell building
building-2 calendar-clock camera check chevron-down chevron-left chevron-right chevron-up circle
circle-check circle-dot-dashed circle-question-mark circle-slash circle-x clipboard-check
clipboard-list clipboard-paste clock clock-arrow-up cloud-sun construction delete door-open
droplets ellipsis eye eye-off fire-extinguisher flame flashlight footprints hand hard-drive
history hourglass house image-off image-plus image-up inbox info key-round landmark languages
life-buoy lightbulb list-filter locate locate-fixed lock-keyhole mail mail-open map-pin
message-square minus moon octagon-alert package package-x pause pencil-line phone plus refresh-cw
route search search-check server shield-check signal-low siren smartphone split square-parking sun
traffic-cone trash-2 trees triangle-alert undo-2 user-round volume-2 wifi wifi-off x zap
`
  .trim()
  .split(/\s+/)

const folder = process.argv[2]
if (!folder) throw new Error('which folder holds the SVG files?')

let version = ''
const lines = names.sort().map((name) => {
  const svg = readFileSync(join(folder, `${name}.svg`), 'utf8')
  version ||= /lucide-static (v[\d.]+)/.exec(svg)?.[1] ?? ''
  const body = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1] ?? ''
  const inner = body
    .split('\n')
    .map((line) => line.trim())
    .join('')
    .replaceAll(' />', '/>')
  return `  '${name}':\n    '${inner}',`
})
const text = `// Lucide ${version}, ISC licence, see LICENSE in this folder. Written by scripts/icons.mjs.
export const lucide = {
${lines.join('\n')}
} as const
`
writeFileSync(new URL('../src/icons/lucide.ts', import.meta.url), text)
