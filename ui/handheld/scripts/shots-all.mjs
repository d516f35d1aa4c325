// One command for looking at everything: each screen in both languages, and the screens that people
// use all day in every theme, text size, target size, language and on three sizes of glass. All of it
// goes into one folder with a contact sheet; what the scan finds ends it with a list.
//
//   npm run shots:all [-- --out <folder>] [--only <part of a name>] [--set all|every|key]
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { contactSheet } from './contact-sheet.mjs'
import { lookInGroups } from './looker.mjs'
import { problemsOf, sizeProblemsOf } from './scan.mjs'
import { screens } from './screens.mjs'
import { serve } from './serve.mjs'

const { values: wanted } = parseArgs({
  options: {
    out: { type: 'string' },
    only: { type: 'string', default: '' },
    set: { type: 'string', default: 'all' },
  },
})
const out = wanted.out ?? mkdtempSync(join(tmpdir(), 'linli-shots-'))
mkdirSync(out, { recursive: true })

/** Today, camera, category, cases, a case, a household, the outbox. */
const keyNames = [
  'p5-today',
  'p6-camera',
  'p7-report-filled',
  'p9-cases',
  'p10-case-handling',
  'p14-household',
  'p15-outbox',
]
const languages = ['zh-CN', 'en']
const sizes = ['360x640', '320x568', '412x915']
const sizesOfUsual = ['360x640']
const usual = { theme: 'light', text: 'standard', targets: 'standard', hand: 'right' }
const everyLook = languages.map((language) => ({ ...usual, language, sizes: sizesOfUsual }))
const keyLooks = languages.flatMap((language) =>
  ['light', 'dark', 'sunlight'].flatMap((theme) =>
    ['standard', 'large', 'extra_large'].flatMap((text) =>
      ['standard', 'large'].map((targets) => ({ ...usual, language, theme, text, targets, sizes })),
    ),
  ),
)
const isWanted = ({ name }) => name.includes(wanted.only)
const sets = [
  { set: 'every', screens: screens.filter(isWanted), looks: everyLook },
  {
    set: 'key',
    screens: screens.filter((screen) => keyNames.includes(screen.name) && isWanted(screen)),
    looks: keyLooks,
  },
].filter(({ set }) => wanted.set === 'all' || wanted.set === set)

const total = sets.reduce(
  (sum, { screens: some, looks }) =>
    sum + some.length * looks.reduce((pictures, { sizes: of }) => pictures + of.length, 0),
  0,
)
if (total === 0) {
  console.error(`no screen is called ${wanted.only} in ${wanted.set}`)
  process.exit(2)
}

const begun = Date.now()
const pictures = []
const problems = []
const site = await serve(fileURLToPath(new URL('../dist-fake', import.meta.url)))
try {
  for (const { set, screens: some, looks } of sets) {
    await lookInGroups(site.url, some, async (looker, group) => {
      for (const screen of group) {
        for (const look of looks) await lookAt(looker, set, screen, look)
        tell(`${set} ${screen.name}`)
      }
    })
  }
} finally {
  site.close()
}
writeFileSync(join(out, 'index.html'), contactSheet(pictures, problems))
console.log(`${pictures.length} of ${total} pictures: ${join(out, 'index.html')}`)
for (const problem of problems) console.log(problem)
console.log(`${problems.length} problems, ${clock()}`)
if (problems.length > 0) process.exitCode = 1

/** Once opened, a screen is looked at on each size of glass; what axe sees does not depend on it. */
async function lookAt(looker, set, screen, { sizes: glasses, ...look }) {
  const { language, theme, text, targets } = look
  try {
    for (const [index, size] of glasses.entries()) {
      if (index === 0) await looker.show(screen, { ...look, size })
      else await looker.resize(size)
      const name = [screen.name, language, theme, text, targets, size].join('.')
      await looker.save(join(out, `${set}.${name}.png`))
      pictures.push({ set, screen: screen.name, name, file: `${set}.${name}.png`, size })
      const scan = index === 0 ? problemsOf : sizeProblemsOf
      for (const problem of await scan(looker.browser)) problems.push(`${name}: ${problem}`)
    }
  } catch (error) {
    problems.push(`${screen.name}.${language}.${theme}: not seen: ${error.message}`)
  }
}

function tell(what) {
  console.log(`${clock()}  ${pictures.length}/${total}  ${what}`)
}

function clock() {
  const seconds = Math.round((Date.now() - begun) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
