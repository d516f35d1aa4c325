// What must not go wrong, in the real window: photos that are too large or none, words of any kind, and a clock
// that is wrong. What is refused says why and keeps what was written.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../support/wait.mjs'

const MIB = 1024 * 1024
/** The most that a file of a photo may have. */
const MOST = 24
const BEHIND = -26 * 60
const MARKUP = '<b>x</b><script>alert(1)</script>'
const EMOJI = '🧯👩‍👩‍👧‍👦'
const RTL = 'بيت أحمد'
const HIDDEN = '张\u0007家\u202e'
const LONG = 'é'.repeat(5000)
const NUMBER = 'issue.phone'

/** Forms with what is typed into them, and what is said of it; nothing where it is kept. */
const FORMS = [
  ['p7.note', 'p7.save', { [LONG]: 'issue.long', [HIDDEN]: 'issue.hidden' }],
  [
    'add.called',
    'add.save',
    {
      [LONG]: 'issue.long',
      [HIDDEN]: 'issue.hidden',
      [MARKUP]: 'issue.markup',
      [EMOJI]: 'issue.emoji',
      '': 'issue.empty',
    },
  ],
  ['p17.note', 'p17.save', { [LONG]: 'issue.long', [HIDDEN]: 'issue.hidden' }],
  [
    'phone.number',
    'phone.save',
    { [MARKUP]: NUMBER, [EMOJI]: NUMBER, [RTL]: NUMBER, ['1'.repeat(21)]: NUMBER },
  ],
]

export async function input(day) {
  const { step, town } = day
  const said = `${EMOJI} ${RTL} ${MARKUP}`

  await step(
    'input: a photo of 20 MB is taken, one that is too large leaves all as it was',
    async () => {
      await day.dieAndUnlock()
      const { window } = day
      await window.tap('tabs.report')
      await window.find('p7.note')
      await day.choose()
      await window.paste('p7.note', said)
      await window.photo(padded(day, 20))
      await window.paints('.photo-row__photo img', 1)
      await window.photo(padded(day, MOST + 1))
      await day.see('error.photo_too_large_megabytes', { megabytes: MOST })
      await day.shot('input-photo-too-large')
      await window.photo(town.pictures.words)
      await day.see('error.photo_unreadable')
      assert.deepEqual(await window.property('[data-testid="p7.note"] textarea', 'value'), [said])
      await window.tap('p7.save')
      const code = await (await window.find('p8.code')).getText()
      const { id } = await day.row(code)
      const { note, photos } = await day.ask('find_case', { id })
      assert.equal(note, said)
      assert.equal(photos.length, 1)
      await window.tap(`case.${code}`)
      await window.sees(said)
      assert.equal(
        await window.run('return document.querySelectorAll("main b, script:not([src])").length'),
        0,
      )
      await day.shot('input-words')
      await day.home()
    },
  )

  for (const [field, save, answers] of FORMS) {
    await step(`input: ${field} says what is wrong and keeps what was written`, async () => {
      const { window } = day
      await openForm(day, field)
      for (const [text, answer] of Object.entries(answers)) {
        await window.paste(field, text)
        await window.tap(save)
        await window.sees(day.words(answer), field)
        const css = `[data-testid="${field}"] :is(input, textarea)`
        assert.deepEqual(await window.property(css, 'value'), [text])
      }
      await day.shot(`input-${field}`)
      await window.paste(field, '')
      await day.home()
    })
  }

  await step(
    'input: with a clock that is 26 minutes behind everything is saved, sent, and told',
    async () => {
      await town.order('cut', 'community')
      await day.dieAndUnlock({ env: day.clock.apart(BEHIND) })
      // What was begun in the forms above was kept, and is not wanted.
      for (const { name } of await day.ask('list_drafts')) await day.ask('delete_draft', { name })
      const code = await reportWithFile(day)
      await town.order('restore', 'community')
      await day.delivered(code, 'community')
      await day.window.tap('tabs.me')
      await day.window.tap('p19.help')
      await day.window.sees(day.words('finding.clock_value', { minutes: 26 }), 'help.clock')
      await day.shot('input-clock')
      await day.home()
      await day.dieAndUnlock({ hasCamera: true })
    },
  )
}

async function openForm(day, field) {
  const { window } = day
  if (field === 'p7.note') {
    await window.tap('tabs.report')
    await window.photo(day.town.pictures.before)
    await window.paints('.photo-row__photo img', 1)
    await day.choose()
    return
  }
  await window.tap('tabs.homes')
  if (field === 'add.called') {
    await window.tap('p13.add')
    return
  }
  for (const key of 'ZW') await window.touch(`p13.key.${key}`)
  const only = await until('the household alone', async () => {
    const [first, ...others] = await day.some('[data-testid^="p13.row."]')
    return others.length === 0 && first
  })
  await window.tap(only.testid)
  await window.tap(field === 'p17.note' ? 'p14.visit' : 'p14.add_phone')
  if (field === 'p17.note') await window.tap('p17.topic.needs')
}

async function reportWithFile(day) {
  const { window, town } = day
  await window.tap('tabs.report')
  await window.photo(town.pictures.before)
  await window.paints('.photo-row__photo img', 1)
  await day.choose()
  await window.tap('p7.save')
  return (await window.find('p8.code')).getText()
}

/** A photo whose file has so many megabytes: a JPEG may have any number of comments. */
function padded(day, megabytes) {
  const picture = readFileSync(day.town.pictures.before)
  const comment = Buffer.alloc(65_535 + 2)
  comment.writeUInt16BE(0xfffe, 0)
  comment.writeUInt16BE(65_535, 2)
  const count = Math.ceil((megabytes * MIB - picture.length) / comment.length)
  const path = join(day.folder, `photo${megabytes}.jpg`)
  const comments = Array.from({ length: count }, () => comment)
  writeFileSync(path, Buffer.concat([picture.subarray(0, 2), ...comments, picture.subarray(2)]))
  return path
}
