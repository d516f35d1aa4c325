// Screenshots of every screen of the fake build, to be looked at by a person, and a scan of each by axe
// and by our own rules (cut text, small targets, sideways scrolling).
//
//   npm run build:fake && npm run shots -- --out <folder> [--only <part of a name>]
//     [--themes light,dark,sunlight] [--languages zh-CN,en] [--text standard] [--size 360x640]
//     [--targets large] [--hand left]
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { lookInGroups } from './looker.mjs'
import { problemsOf } from './scan.mjs'
import { screens } from './screens.mjs'
import { serve } from './serve.mjs'

const { values: wanted } = parseArgs({
  options: {
    out: { type: 'string' },
    only: { type: 'string', default: '' },
    themes: { type: 'string', default: 'light,dark,sunlight' },
    languages: { type: 'string', default: 'zh-CN,en' },
    text: { type: 'string', default: 'standard' },
    size: { type: 'string', default: '360x640' },
    targets: { type: 'string', default: 'standard' },
    hand: { type: 'string', default: 'right' },
  },
})
const out = wanted.out ?? mkdtempSync(join(tmpdir(), 'linli-shots-'))
mkdirSync(out, { recursive: true })

const site = await serve(fileURLToPath(new URL('../dist-fake', import.meta.url)))
const problems = []
const chosen = screens.filter(({ name }) => name.includes(wanted.only))
try {
  await lookInGroups(site.url, chosen, lookAt)
} finally {
  site.close()
}

/** Looks at these screens in every language and theme. */
async function lookAt(looker, group) {
  const { text, targets, hand, size } = wanted
  for (const language of wanted.languages.split(',')) {
    for (const theme of wanted.themes.split(',')) {
      for (const screen of group) {
        await looker.show(screen, { language, theme, text, targets, hand, size })
        const name = `${screen.name}.${language}.${theme}`
        await looker.save(join(out, `${name}.png`))
        for (const problem of await problemsOf(looker.browser)) problems.push(`${name}: ${problem}`)
      }
    }
  }
}

console.log(out)
for (const problem of problems) console.log(problem)
if (problems.length > 0) process.exitCode = 1
