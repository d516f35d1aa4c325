import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { messages } from './i18n'

const here = import.meta.dirname
const shared = join(here, '../../shared/src')

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|vue)$/.test(name) && !/\.test\.ts$|api\/fake|^gen\//.test(name))
    .map((name) => join(folder, name))
}

const sources = [...filesUnder(here), ...filesUnder(shared)].map((file) =>
  readFileSync(file, 'utf8'),
)
const zh: Record<string, string> = messages['zh-CN']
const en: Record<string, string> = messages.en
const keys = Object.keys(zh)

const placeholders = (text: string | undefined) =>
  [...(text ?? '').matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

/** The words of a generated union type, so that a new code without a text fails here. */
function codesOf(type: string): string[] {
  const text = readFileSync(join(shared, `gen/${type}.ts`), 'utf8')
  const body = text.slice(text.lastIndexOf(`export type ${type}`))
  return [...body.matchAll(/"(\w[\w-]*)"/g)].flatMap((match) => match[1] ?? [])
}

describe('both languages', () => {
  test('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual([...keys].sort())
  })

  test('have no empty text and the same values to fill in', () => {
    for (const key of keys) {
      expect(zh[key], key).not.toBe('')
      expect(en[key], key).not.toBe('')
      expect(placeholders(en[key]), key).toEqual(placeholders(zh[key]))
    }
  })

  test.each(['./locales', '../../shared/src/locales'])('the files in %s are sorted', (folder) => {
    for (const language of ['zh-CN', 'en']) {
      const text = readFileSync(join(here, folder, `${language}.json`), 'utf8')
      const found = Object.keys(JSON.parse(text) as object)
      expect(found).toEqual([...found].sort())
      for (const key of found) expect(key).toMatch(/^[a-z_]+\.[A-Za-z_-]+$/)
    }
  })

  test('keep to the words that people know', () => {
    for (const key of keys) {
      expect(zh[key], key).not.toMatch(/同步|提交|服务器异常|！/)
    }
  })
})

describe('keys and code', () => {
  const literal = new Set(
    sources.flatMap((text) => [...text.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map((match) => match[1])),
  )

  test('every key that the code names exists', () => {
    for (const key of literal) expect(keys, key).toContain(key)
  })

  test('every text is used, by its key or by a prefix that codes complete', () => {
    const all = sources.join('\n')
    const unused = keys.filter((key) => {
      const prefix = key.slice(0, key.indexOf('.'))
      const isNamed = all.includes(`'${key}'`)
      const isBuilt = all.includes(`\`${prefix}.`) || all.includes(`code('${prefix}'`)
      // Values of parameters are looked up by the parameter's own name.
      return !isNamed && !isBuilt && prefix !== 'field'
    })
    expect(unused).toEqual([])
  })

  test.each([
    ['DeliveryState', 'delivery'],
    ['WaitReason', 'wait'],
    ['ReceiptState', 'receipt'],
    ['LevelDto', 'level'],
    ['WorkStateDto', 'work'],
    ['UrgencyDto', 'urgency'],
    ['TaskKind', 'task'],
    ['CheckFailReason', 'reason'],
    ['CheckUnableReason', 'reason'],
    ['NoPhotoReason', 'no_photo'],
    ['TextHintDto', 'text_hint'],
    ['PhotoKind', 'photo'],
    ['FirstSyncPart', 'first_sync'],
    ['ErrorCode', 'error'],
    ['SecretKind', 'secret'],
    ['CaseListKind', 'cases'],
    ['Language', 'settings.language_'],
    ['StripState', 'strip'],
    ['AccessPurpose', 'purpose'],
    ['BasisDto', 'basis'],
    ['ComponentState', 'component'],
    ['Direction', 'direction'],
    ['FindingKind', 'finding'],
    ['FindingState', 'finding_state'],
    ['GapCause', 'gap'],
    ['TrackChoice', 'track.choice_'],
    ['VerifyFinding', 'verify'],
  ])('every code of %s has a text', (type, prefix) => {
    const codes = codesOf(type)
    expect(codes.length).toBeGreaterThan(1)
    for (const code of codes) {
      expect(keys).toContain(prefix.endsWith('_') ? `${prefix}${code}` : `${prefix}.${code}`)
    }
  })

  test('every text that needs values a code may lack has a plain one', () => {
    const needy = keys.filter((key) => /^(event|next)\./.test(key) && placeholders(zh[key]).length)
    for (const key of needy) {
      if (key.endsWith('.unknown')) continue
      expect(keys).toContain(`${key}_plain`)
      expect(placeholders(zh[`${key}_plain`])).toEqual([])
    }
  })

  /** The workflow's own word lists, so that a new event or refusal without a text fails here. */
  const words = (file: string, pattern: RegExp) => {
    const text = readFileSync(join(here, '../../../crates/model/src/case', file), 'utf8')
    const found = [...text.matchAll(pattern)].flatMap((match) => match[1] ?? [])
    expect(found.length).toBeGreaterThan(0)
    return found
  }

  test('every event of the workflow has a text', () => {
    const [names = ''] = words('event.rs', /^kind_names! \{([\s\S]*?)\}/gm)
    for (const name of names.trim().split(/\s+/)) {
      const code = name.replace(/(?!^)([A-Z])/g, '_$1').toLowerCase()
      expect(keys).toContain(`event.${code}`)
    }
  })

  test('every reason why an event has no effect has a text', () => {
    for (const code of words('admit.rs', /^ {4}\w+ = "(\w+)",$/gm)) {
      expect(keys).toContain(`reason.${code}`)
    }
  })

  test('every reason and every field that the device names has a text', () => {
    const folder = join(here, '../../../crates/device/src')
    const device = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.rs'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
    const named = (pattern: RegExp) => [...device.matchAll(pattern)].map((match) => match[1])
    const reasons = named(/DeviceError::Refused\("(\w+)"\.into\(\)\)/g)
    const fields = named(/DeviceError::InputInvalid\("(\w+)"\)/g)
    expect(reasons.length && fields.length).toBeTruthy()
    for (const code of reasons) expect(keys).toContain(`reason.${code}`)
    for (const code of fields) expect(keys).toContain(`field.${code}`)
  })

  test('every finding of the diagnosis also says what helps', () => {
    for (const code of codesOf('FindingKind')) expect(keys).toContain(`finding.${code}_help`)
  })

  test('every reason for waiting also says what helps', () => {
    for (const code of codesOf('WaitReason')) expect(keys).toContain(`wait.${code}_help`)
  })
})
