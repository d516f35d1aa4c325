import { expect, test } from 'vitest'
import { FakeEngine } from '../api/fake'
import { openApp } from './app'

/** Words as somebody might write them on purpose: markup, letters from right to left, a forced turn. */
const EVIL = 'بيت\u202e<b>x</b><script>alert(1)</script>'
const TURN = /[\u0590-\u08ff\u202e]/

/** An engine in which every word that a person can write is such a one. */
function engineOfEvil(): FakeEngine {
  const engine = new FakeEngine({ scenario: 'connected' })
  for (const one of engine.world.cases) {
    one.note = EVIL
    one.row.place = EVIL
    for (const item of one.timeline) {
      item.note = EVIL
      item.actor.person = EVIL
    }
  }
  const { buildings, entrances, dwellings, homes } = engine.town
  for (const one of [...buildings, ...entrances]) one.name = EVIL
  for (const one of dwellings) one.unit = EVIL
  for (const home of homes) {
    home.address_form = EVIL
    for (const contact of home.contacts) Object.assign(contact, { name: EVIL, hours: EVIL })
    for (const one of home.enrolments) one.need = EVIL
    for (const visit of home.visits) visit.note = EVIL
    for (const clash of home.clashes) {
      for (const version of clash.versions) {
        if (typeof version.value === 'string' && !/^\d/.test(version.value)) version.value = EVIL
      }
    }
  }
  for (const one of engine.components) Object.assign(one, { name: EVIL, place: EVIL })
  return engine
}

/** Texts with a turn whose direction does not end with them. */
function loose(): string[] {
  const found: string[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent ?? ''
    const without = text.replaceAll(/\u2068[^\u2069]*\u2069/g, '')
    if (!TURN.test(without)) continue
    const parent = node.parentElement
    if (parent && !parent.closest('[dir=auto], bdi, textarea')) {
      found.push(`${parent.localName}.${parent.className}: ${text.trim().slice(0, 40)}`)
    }
  }
  return found
}

const paths = [
  ['/', []],
  ['/cases', ['p9.list.grid']],
  ['/cases/c-cover', []],
  ['/cases/c-fence', []],
  ['/cases/c-ramp', []],
  ['/cases/c-fence/check', []],
  ['/cases/c-bins/verify', []],
  ['/report', []],
  ['/report', ['p7.place']],
  ['/map?lon=116.435&lat=39.898&place=' + encodeURIComponent(EVIL), []],
  ['/map', ['p12.list']],
  ['/homes', ['p13.key.Z']],
  ['/homes/all', []],
  ['/homes/browse', []],
  ['/homes/browse/b-1', []],
  ['/homes/browse/b-1/e-1-1', []],
  ['/homes/card/h-zhang', []],
  ['/homes/card/h-zhang', ['p14.call']],
  ['/homes/card/h-zhou', []],
  ['/homes/card/h-zhang/visit', []],
  ['/homes/card/h-zhang/move', []],
  ['/homes/card/h-zhang/move-out', []],
  ['/homes/card/h-zhang/split', ['split.p-wang']],
  ['/homes/card/h-zhang/enrol', []],
  ['/homes/card/h-zhang/phone/p-zhang/p-zhang-0', []],
  ['/clashes', []],
  ['/clashes/p-zhou/phones', []],
  ['/outbox', []],
  ['/outbox/shift', []],
  ['/messages', []],
  ['/patrol', []],
  ['/patrol/coverage', []],
  ['/components', []],
  ['/components/01001', []],
  ['/component/m-0', []],
] as const

test.each(paths)(
  '%s shows words as words, and their direction ends with them',
  async (path, taps) => {
    const app = await openApp(path, { engine: engineOfEvil() })
    for (const id of taps) await app.tap(id)
    expect(document.querySelectorAll('main b, dialog b, script')).toHaveLength(0)
    expect(loose()).toEqual([])
  },
)

test('the words are really on the screens that are looked at', async () => {
  const app = await openApp('/cases/c-cover', { engine: engineOfEvil() })
  expect(app.page()).toContain('<script>alert(1)</script>')
})
