import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import type { Api } from '../api'
import type { FakeEngine } from '../api/fake'
import { openApp } from './app'

/** Every form of the program against everything that must not go wrong in one. */

type App = Awaited<ReturnType<typeof openApp>>
type Command = keyof Api & keyof FakeEngine

/** What a field asks for. */
type Kind = 'count' | 'floor' | 'name' | 'note' | 'phone'

interface Form {
  form: string
  path: string
  /** What leads to the field, and what else must be filled in. */
  before?: (app: App) => Promise<void>
  field: string
  save: string
  command: Command
  kind: Kind
  /** Whether nothing at all may be saved. */
  isOptional?: boolean
  /** The most bytes. */
  most?: number
}

const tap =
  (...ids: string[]) =>
  async (app: App) => {
    for (const id of ids) await app.tap(id)
  }
const named = (id: string, text: string) => (app: App) => app.type(id, text)

async function reported(app: App): Promise<void> {
  await app.shoot()
  await app.tap('p7.category.06003')
}

const card = '/homes/card/h-zhang'
const forms: Form[] = [
  {
    ...{ form: 'report', path: '/report', before: reported, field: 'p7.note', save: 'p7.save' },
    ...{ command: 'report', kind: 'note', isOptional: true, most: 8192 },
  },
  {
    ...{ form: 'amend', path: '/cases/c-ramp', before: tap('p10.add') },
    ...{ field: 'add.note', save: 'add.save' },
    ...{ command: 'amend', kind: 'note', most: 8192 },
  },
  {
    ...{ form: 'escalate', path: '/cases/c-stairs', before: tap('p10.escalate') },
    ...{ field: 'escalate.note', save: 'escalate.no_power' },
    ...{ command: 'escalate', kind: 'note', isOptional: true, most: 8192 },
  },
  {
    ...{ form: 'check', path: '/cases/c-fence/check', before: tap('p11.fail') },
    ...{ field: 'p11.note', save: 'p11.reason.incomplete' },
    ...{ command: 'check', kind: 'note', isOptional: true, most: 8192 },
  },
  {
    ...{ form: 'verify', path: '/cases/c-bins/verify', field: 'p11.note', save: 'p11.unable' },
    ...{ command: 'verify', kind: 'note', isOptional: true, most: 8192 },
  },
  {
    ...{ form: 'visit', path: `${card}/visit`, field: 'p17.note', save: 'p17.save' },
    ...{ command: 'noteVisit', kind: 'note', isOptional: true, most: 8192 },
  },
  {
    ...{ form: 'household', path: '/homes/new', field: 'add.called', save: 'add.save' },
    ...{ command: 'addHousehold', kind: 'name', most: 128 },
  },
  {
    ...{ form: 'household people', path: '/homes/new', before: named('add.called', '钱女士家') },
    ...{ field: 'add.people', save: 'add.save' },
    ...{ command: 'addHousehold', kind: 'count', isOptional: true },
  },
  {
    ...{ form: 'edit', path: `${card}/edit`, field: 'edit.called', save: 'edit.save' },
    ...{ command: 'editHousehold', kind: 'name', most: 128 },
  },
  {
    ...{ form: 'person', path: `${card}/person-add`, before: tap('person.consent.spoken') },
    ...{ field: 'person.name', save: 'person.save', command: 'moveIn', kind: 'name', most: 128 },
  },
  {
    ...{ form: 'person hours', path: `${card}/person-add` },
    before: async (app) => {
      await app.type('person.name', '钱样例')
      await app.tap('person.consent.spoken')
    },
    ...{ field: 'person.hours', save: 'person.save' },
    ...{ command: 'moveIn', kind: 'name', isOptional: true, most: 256 },
  },
  {
    ...{ form: 'edit person', path: `${card}/person/p-zhang`, field: 'person.name' },
    ...{ save: 'person.save', command: 'editContact', kind: 'name', isOptional: true, most: 128 },
  },
  {
    ...{ form: 'phone', path: `${card}/phone/p-zhang/p-zhang-0`, field: 'phone.number' },
    ...{ save: 'phone.save', command: 'correctPhone', kind: 'phone' },
  },
  {
    ...{ form: 'split', path: `${card}/split`, before: tap('split.p-wang') },
    ...{ field: 'split.called', save: 'split.save', command: 'splitHousehold' },
    // A name is proposed where none is typed.
    ...{ kind: 'name', isOptional: true, most: 128 },
  },
  {
    ...{ form: 'service', path: `${card}/enrol` },
    before: tap('enrol.service.meal', 'enrol.consent.spoken'),
    ...{ field: 'enrol.need', save: 'enrol.save', command: 'enrolService' },
    ...{ kind: 'note', isOptional: true, most: 1024 },
  },
  {
    ...{ form: 'building', path: '/homes/add/building', field: 'place_add.name' },
    ...{ save: 'place_add.save', command: 'addBuilding', kind: 'name', most: 128 },
  },
  {
    ...{ form: 'entrance', path: '/homes/add/entrance/b-1', field: 'place_add.name' },
    ...{ save: 'place_add.save', command: 'addEntrance', kind: 'name', most: 128 },
  },
  {
    ...{ form: 'dwelling', path: '/homes/add/dwelling/b-1/e-1-2', field: 'place_add.unit' },
    ...{ save: 'place_add.save', command: 'addDwelling', kind: 'name', most: 64 },
  },
  {
    ...{ form: 'floor', path: '/homes/add/dwelling/b-1/e-1-2' },
    before: named('place_add.unit', '701'),
    ...{ field: 'place_add.floor', save: 'place_add.save', command: 'addDwelling' },
    ...{ kind: 'floor', isOptional: true },
  },
  {
    ...{ form: 'settle', path: '/clashes/p-zhou/phones', before: tap('p16.other') },
    ...{ field: 'p16.value', save: 'p16.confirm', command: 'settleClash', kind: 'phone' },
  },
]

const EMPTY = ''
const EMOJI = '张家👨‍👩‍👧'
const RTL = 'بيت أحمد'
const MARKUP = '<b>x</b><script>alert(1)</script>'
const CONTROL = '张\u0007家\u202e'
const long = (most: number) => 'é'.repeat(most / 2 + 1)

/** What is said of an input, or `saved`. */
const answers: Record<Kind, (form: Form) => [string, string][]> = {
  name: ({ isOptional, most = 0 }) => [
    [EMPTY, isOptional ? 'saved' : '请填写'],
    [long(most), '太长了，请写短些。内容还在。'],
    [EMOJI, '请去掉表情符号。内容还在。'],
    [RTL, 'saved'],
    [MARKUP, '请去掉 < 和 >。内容还在。'],
    [CONTROL, '看不见的符号'],
  ],
  note: ({ most = 0 }) => [
    [long(most), '太长了，请写短些。内容还在。'],
    [EMOJI, 'saved'],
    [RTL, 'saved'],
    [MARKUP, 'saved'],
    [CONTROL, '看不见的符号'],
  ],
  phone: () => [
    [EMPTY, '请填写'],
    ['9'.repeat(21), '只能是 3 到 20 位数字。内容还在。'],
    [EMOJI, '只能是 3 到 20 位数字'],
    [RTL, '只能是 3 到 20 位数字'],
    [MARKUP, '只能是 3 到 20 位数字'],
    [CONTROL, '只能是 3 到 20 位数字'],
    ['990 1234-2211', 'saved'],
  ],
  count: () => [
    [EMPTY, 'saved'],
    ['100', '请填 0 到 99 的数字'],
    [EMOJI, '请填 0 到 99 的数字'],
    [MARKUP, '请填 0 到 99 的数字'],
    [CONTROL, '请填 0 到 99 的数字'],
    ['99', 'saved'],
  ],
  floor: () => [
    [EMPTY, 'saved'],
    ['301', '请填楼层数字，例如 5 或 -1。'],
    ['-21', '请填楼层数字，例如 5 或 -1。'],
    [MARKUP, '请填楼层数字，例如 5 或 -1。'],
    ['-20', 'saved'],
  ],
}

const cases = forms.flatMap((form) =>
  answers[form.kind](form).map(
    ([text, answer]) => [form.form, text.slice(0, 24), answer, text, form] as const,
  ),
)

test.each(cases)('%s given %j: %s', async (_form, _shown, answer, text, form) => {
  const app = await openApp(form.path, { scenario: 'connected' })
  const send = vi.spyOn(app.engine, form.command)
  await form.before?.(app)
  await app.type(form.field, text)
  await app.tap(form.save)
  await flushPromises()
  expect(document.querySelectorAll('main b, dialog b, script')).toHaveLength(0)
  if (answer === 'saved') {
    expect(send).toHaveBeenCalledTimes(1)
    await expect(send.mock.results[0]?.value).resolves.toBeDefined()
    const sent = JSON.stringify(send.mock.calls[0])
    if (form.kind === 'name' || form.kind === 'note') expect(sent).toContain(inner(text))
    return
  }
  expect(send).not.toHaveBeenCalled()
  expect(app.text(form.field)).toContain(answer)
  expect((app.control(form.field) as HTMLInputElement).value).toBe(text)
})

/** A text as JSON writes it. */
function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

test.each([
  ['é'.repeat(257), '太长了'],
  [CONTROL, '看不见的符号'],
])('a place in words given %j says why it cannot be taken', async (text, answer) => {
  const app = await openApp('/report')
  await app.tap('p7.place')
  await app.type('p7.place_words', text)
  expect(app.text('p7.place_words')).toContain(answer)
  expect((app.get('p7.place_use') as HTMLButtonElement).disabled).toBe(true)
  expect((app.control('p7.place_words') as HTMLInputElement).value).toBe(text)
})

test.each([EMOJI, RTL, MARKUP])(
  'a place in words may be %j, and is shown as words',
  async (text) => {
    const app = await openApp('/report')
    await app.tap('p7.place')
    await app.type('p7.place_words', text)
    await app.tap('p7.place_use')
    expect(app.text('p7.place')).toContain(text)
    await reported(app)
    await app.tap('p7.save')
    expect(app.engine.world.cases[0]?.row.place).toBe(text)
    expect(document.querySelectorAll('main b, script')).toHaveLength(0)
  },
)

test.each([EMOJI, RTL, MARKUP, CONTROL, '字'.repeat(5000)])(
  'a search for %j finds nothing, says so and keeps the words',
  async (text) => {
    const app = await openApp('/cases')
    await app.type('p9.search', text)
    expect(app.page()).toContain('没找到')
    expect((app.control('p9.search') as HTMLInputElement).value).toBe(text)
    const homes = await openApp('/homes')
    await homes.tap('p13.words')
    await homes.type('p13.box', text)
    await vi.waitFor(() => expect(homes.page()).toContain('没找到'))
    expect((homes.control('p13.box') as HTMLInputElement).value).toBe(text)
    expect(document.querySelectorAll('main b, script')).toHaveLength(0)
  },
)

test.each([EMOJI, RTL, MARKUP, CONTROL, 'LINLI1:', 'x'.repeat(20_000)])(
  'a ticket of %j is none, and stays in the field',
  async (text) => {
    const app = await openApp('/', { scenario: 'unbound' })
    await app.type('p1.ticket', text)
    await app.tap('p1.next')
    expect(app.page()).toContain('这不是绑定码。请从 LINLI1 开始完整粘贴。')
    expect((app.control('p1.ticket') as HTMLTextAreaElement).value).toBe(text)
  },
)

test('a secret counts what people see as signs, and is taken as it was typed', async () => {
  const app = await openApp('/', { scenario: 'unbound' })
  const bind = vi.spyOn(app.engine, 'bind')
  await app.type('p1.ticket', 'LINLI1:7KQ2-9FXM-4TBW')
  await app.tap('p1.next')
  const isReady = () => !(app.get('p2.bind') as HTMLButtonElement).disabled
  const type = async (text: string) => {
    await app.type('p2.secret', text)
    await app.type('p2.again', text)
  }
  await app.tap('p2.read')
  await type('')
  expect(isReady()).toBe(false)
  // Four signs, though eight units of JavaScript.
  await type('😀😀😀😀')
  expect(isReady()).toBe(false)
  await type('<b>كلمة</b> 😀')
  expect(isReady()).toBe(true)
  await app.tap('p2.bind')
  expect(bind.mock.calls[0]?.[0].secret).toBe('<b>كلمة</b> 😀')
})
