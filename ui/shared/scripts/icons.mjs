// Writes src/icons/lucide.ts from a folder of Lucide SVG files (the `icons` folder of the
// lucide-static package). Run it by hand when the list below changes:
//   node scripts/icons.mjs <folder>
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const names = `
a-large-small accessibility armchair arrow-down-to-line arrow-up-down arrow-up-from-line ban
battery battery-charging bell bell-ring bike brick-wall building building-2 bus cable
calendar-clock camera check chevron-down chevron-left chevron-right chevron-up chevrons-down circle
circle-check circle-dot-dashed circle-question-mark circle-slash circle-x clipboard-check
clipboard-list clipboard-paste clock clock-arrow-up cloud-snow cloud-sun construction cooking-pot
delete door-closed door-open droplet-off droplets ellipsis ev-charger eye eye-off fence file-text
fire-extinguisher flame flashlight footprints grip-horizontal hand hard-drive heart-handshake
history hourglass house image-off image-plus image-up inbox info key-round landmark languages leaf
life-buoy lightbulb lightbulb-off list-filter locate locate-fixed lock-keyhole mail mail-open
map-pin message-square message-square-warning mic minus moon newspaper octagon-alert package package-x
pause pencil-line phone play plus presentation refresh-cw road route search search-check server
shield-check signal-low signpost siren smartphone snowflake sofa split sprout square square-parking
sticker store sun thermometer-snowflake toilet traffic-cone trash-2 tree-deciduous trees
triangle-alert truck umbrella undo-2 user-round utensils volume-2 waves wifi wifi-off wind wrench x
zap zap-off
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
