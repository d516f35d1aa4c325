import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { openApp } from '../../test/app'

const zhou = (app: Awaited<ReturnType<typeof openApp>>) =>
  app.engine.town.homes.find((home) => home.id === 'h-zhou')
const numbers = (app: Awaited<ReturnType<typeof openApp>>) =>
  zhou(app)?.contacts[0]?.phones.map((phone) => phone.number)

test('both values stand side by side, with who, device, when and basis', async () => {
  const app = await openApp('/homes/card/h-zhou')
  await app.tap('clash.phones')
  expect(app.route()).toBe('clash')
  const page = app.page()
  for (const fact of ['990****0071', '王岳', '0417a2c9', '上门核对', '现用']) {
    expect(page).toContain(fact)
  }
  for (const fact of ['990****0872', '李敏', '7be01d44', '依据：电话']) expect(page).toContain(fact)
  expect(page).not.toContain('99013910071')
})

test('one is chosen in three taps from the card', async () => {
  const app = await openApp('/homes/card/h-zhou')
  await app.tap('clash.phones')
  await app.tap('p16.version')
  await app.tap('p16.confirm')
  expect(numbers(app)).toEqual(['99013910872'])
  expect(zhou(app)?.clashes).toHaveLength(1)
})

test('both stay, where that is possible', async () => {
  const app = await openApp('/clashes/p-zhou/phones')
  await app.tap('p16.all')
  await app.tap('p16.confirm')
  expect(numbers(app)).toHaveLength(2)
  const other = await openApp('/clashes/h-zhou/people_count')
  expect(other.maybe('p16.all')).toBeNull()
})

test('none is right: another is typed, and judged before it is sent', async () => {
  const app = await openApp('/clashes/p-zhou/phones')
  await app.tap('p16.other')
  await app.type('p16.value', '12')
  await app.tap('p16.confirm')
  expect(app.text('p16.value')).toContain('3 到 20 位数字')
  await app.type('p16.value', '99013919999')
  await app.tap('p16.confirm')
  expect(numbers(app)).toEqual(['99013919999'])
})

test('it may wait: nothing is chosen, nothing is changed', async () => {
  const app = await openApp('/clashes/p-zhou/phones')
  await app.tap('p16.confirm')
  expect(app.page()).toContain('请先选一个')
  await app.tap('p16.later')
  expect(app.route()).toBe('clashes')
  expect(zhou(app)?.clashes).toHaveLength(2)
})

test('editing such a field settles it first and goes on to the form', async () => {
  const app = await openApp('/homes/card/h-zhou')
  await app.tap('p14.edit_phone')
  expect(app.route()).toBe('clash')
  await app.tap('p16.current')
  await app.tap('p16.confirm')
  expect(numbers(app)).toEqual(['99013910071'])
  await app.router.push('/homes/card/h-zhou')
  await flushPromises()
  await app.tap('p14.change')
  await app.tap('change.edit')
  expect(app.route()).toBe('clash')
  await app.tap('p16.version')
  await app.tap('p16.confirm')
  expect(app.route()).toBe('home-edit')
  expect(zhou(app)?.people_count).toBe(5)
  expect((app.control('edit.people') as HTMLInputElement).value).toBe('5')
})

test('all that is open is one tap from 我的, and counted there', async () => {
  const app = await openApp('/me')
  expect(app.text('p19.clashes')).toContain('2')
  await app.tap('p19.clashes')
  await app.tap('clashes.h-zhou.people_count')
  await app.tap('p16.version')
  await app.tap('p16.confirm')
  expect(app.route()).toBe('clashes')
  expect(app.maybe('clashes.h-zhou.people_count')).toBeNull()
})

test('one that somebody else settled says so', async () => {
  const app = await openApp('/clashes/p-zhou/name')
  expect(app.page()).toContain('这一项已经选定了')
  const none = await openApp('/clashes', { scenario: 'empty' })
  expect(none.page()).toContain('没有要选的版本')
})

test('a choice never leads out of the register', async () => {
  const app = await openApp('/clashes/p-zhou/phones?then=https://example.org/')
  await app.tap('p16.current')
  await app.tap('p16.confirm')
  expect(app.route()).toBe('clashes')
})
