import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'
import { questionOf } from './question'

type App = Awaited<ReturnType<typeof openApp>>

/** Presses keys of the pad. */
async function keys(app: App, text: string): Promise<void> {
  for (const key of text) await app.tap(`p13.key.${key}`)
}

const rows = () =>
  [...document.querySelectorAll<HTMLElement>('.home-row')].map((row) =>
    row.textContent?.replace(/\s+/g, ' ').trim(),
  )

/** What the list watches; a test says what comes into sight. */
let sight: ((entries: unknown[]) => void) | undefined

beforeEach(() => {
  sight = undefined
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(callback: (entries: unknown[]) => void) {
        sight = callback
      }
      observe() {}
      disconnect() {}
    },
  )
})

describe('finding a household', () => {
  test('the tab leads to 36 keys: 23 letters, 10 digits, 3 functions', async () => {
    const app = await openApp('/')
    await app.tap('tabs.homes')
    expect(app.route()).toBe('homes')
    const pad = [...document.querySelectorAll('.key-pad__key')].map((key) =>
      key.textContent?.trim(),
    )
    expect(pad).toHaveLength(36)
    const letters = pad.filter((key) => /^[A-Z]$/.test(key ?? ''))
    expect(letters).toHaveLength(23)
    for (const none of 'IUV') expect(letters).not.toContain(none)
    expect(pad.filter((key) => /^\d$/.test(key ?? ''))).toHaveLength(10)
  })

  test('two initials find the person at once, with the number masked', async () => {
    const app = await openApp('/homes')
    await keys(app, 'Z')
    expect(rows().length).toBeGreaterThan(2)
    await keys(app, 'W')
    expect(rows()[0]).toContain('张伟')
    expect(rows()[0]).toContain('1号楼3单元501')
    expect(rows()[0]).toContain('990****2210')
    expect(document.body.textContent).not.toContain('99012342210')
    expect(app.page()).toContain('未登记电话')
  })

  test('a surname with two readings is found by both', async () => {
    const app = await openApp('/homes')
    await keys(app, 'SQ')
    expect(rows()[0]).toContain('单强')
    await app.tap('p13.clear')
    await keys(app, 'DQ')
    expect(rows()[0]).toContain('单强')
  })

  test('a door without its hyphen, and the end of a number', async () => {
    const app = await openApp('/homes')
    await keys(app, '3501')
    expect(rows()[0]).toContain('张伟')
    await app.tap('p13.clear')
    await keys(app, '2210')
    expect(rows()).toHaveLength(1)
    expect(rows()[0]).toContain('990****2210')
  })

  test('initials and door together: the pad needs no space', async () => {
    expect(questionOf('ZW501')).toBe('ZW 501')
    expect(questionOf(' 501ZW ')).toBe('501 ZW')
    expect(questionOf('张伟')).toBe('张伟')
    const app = await openApp('/homes')
    await keys(app, 'ZW501')
    expect(rows()).toHaveLength(1)
  })

  test('a key too many is taken back; nothing found says what to try, and opens the doors', async () => {
    const app = await openApp('/homes')
    await keys(app, 'ZWX')
    expect(app.text('p13.nothing')).toContain('没找到「ZWX」。换门牌号试试，或只输姓的首字母。')
    await app.tap('p13.erase')
    expect(rows()[0]).toContain('张伟')
    await keys(app, 'X')
    await app.tap('p13.browse')
    expect(app.route()).toBe('browse')
  })

  test.each(['😀', '\u202eشلام', '<b>x</b>', "%_'--", 'x'.repeat(3000)])(
    'whatever is typed is only words: %s',
    async (text) => {
      const app = await openApp('/homes')
      await app.type('p13.box', text)
      expect(app.maybe('p13.nothing') ?? app.get('p13.box')).toBeTruthy()
      expect((app.get('p13.box') as HTMLInputElement).value).toBe(text)
      expect(document.querySelector('.find-panel__results b')).toBeNull()
    },
  )

  test('the keyboard of the system is one tap away, for Chinese', async () => {
    const app = await openApp('/homes')
    expect(app.get('p13.box').getAttribute('inputmode')).toBe('none')
    await app.tap('p13.words')
    expect(app.get('p13.box').getAttribute('inputmode')).toBe('text')
    expect(app.maybe('p13.key.A')).toBeNull()
    await app.type('p13.box', '周婉')
    expect(rows()[0]).toContain('两个版本')
    await app.tap('p13.pad')
    expect(app.maybe('p13.key.A')).not.toBeNull()
  })

  test('what was asked is still there on the way back from the card', async () => {
    const app = await openApp('/homes')
    await keys(app, 'ZW')
    await app.tap('p13.row.p-zhang')
    expect(app.route()).toBe('household')
    app.router.back()
    await flushPromises()
    expect((app.get('p13.box') as HTMLInputElement).value).toBe('ZW')
  })

  test('after the lease nothing is shown, and it is said why', async () => {
    const engine = new FakeEngine()
    engine.isLeaseOver = true
    const app = await openApp('/homes', { engine })
    await keys(app, 'ZW')
    expect(rows()).toEqual([])
    expect(app.page()).toContain('太久没有联系社区')
  })
})

describe('going through the doors', () => {
  test('building, entrance, dwelling, household: a tap each', async () => {
    const app = await openApp('/homes')
    await app.tap('p13.browse')
    await app.tap('browse.b-1')
    await app.tap('browse.e-1-3')
    await app.tap('browse.d-e-1-3-501')
    expect(app.route()).toBe('household')
    expect(app.page()).toContain('张先生家')
  })

  test('a building without entrances leads to its dwellings', async () => {
    const app = await openApp('/homes/browse')
    await app.tap('browse.b-2')
    expect(app.maybe('browse.d-b-2-402')).not.toBeNull()
  })

  test('nobody behind a door: a new household there', async () => {
    const app = await openApp('/homes/browse/b-2')
    await app.tap('browse.d-b-2-101')
    expect(app.route()).toBe('home-add')
    expect(app.page()).toContain('门牌：2号楼101')
  })

  test('a long list asks for a page at a time and keeps only what is near', async () => {
    const engine = new FakeEngine()
    const asked: number[] = []
    const real = engine.listDwellings
    engine.listDwellings = (query) => {
      asked.push(query.page.offset)
      return real(query)
    }
    const app = await openApp('/homes/browse/b-1/e-1-1', { engine })
    const shown = () => document.querySelectorAll('.door-row').length
    expect(asked).toEqual([0])
    expect(shown()).toBe(50)
    const pages = document.querySelectorAll<HTMLElement>('[data-page]')
    expect(pages).toHaveLength(3)
    const entry = (page: number, isIntersecting: boolean) => ({
      target: pages[page],
      isIntersecting,
      boundingClientRect: { height: isIntersecting ? 2800 : 0 },
    })
    sight?.([entry(0, false), entry(1, false), entry(2, true)])
    await flushPromises()
    expect(asked).toEqual([0, 100])
    expect(shown()).toBe(20)
    expect(app.maybe('browse.d-e-1-1-6002')).not.toBeNull()
    expect(app.maybe('browse.d-e-1-1-101')).toBeNull()
  })

  test('an empty register says so', async () => {
    const app = await openApp('/homes/browse', { scenario: 'empty' })
    expect(app.page()).toContain('还没有楼栋资料')
    await app.tap('browse.all')
    expect(app.page()).toContain('本格还没有登记住户')
  })
})
