import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { openApp } from '../../test/app'

const shown = () =>
  [...document.querySelectorAll<HTMLElement>('.case-card')].map((card) =>
    card.dataset.testid?.replace('case.', ''),
  )

test('lists mine, my tasks and the whole grid', async () => {
  const app = await openApp('/cases', { scenario: 'connected' })
  expect(shown()).toEqual(['K7M-42Q', 'H3V-5KE', 'P2R-9HA', 'W8C-27D', 'T4N-7XC'])
  await app.tap('p9.list.todo')
  expect(shown()).toEqual(['T4N-7XC', 'W8C-27D'])
  await app.tap('p9.list.grid')
  expect(shown()).toContain('B6Y-8QM')
})

test('finds by code, by address and by kind, and says when nothing matches', async () => {
  const app = await openApp('/cases', { scenario: 'connected' })
  await app.type('p9.search', 'k7m')
  expect(shown()).toEqual(['K7M-42Q'])
  await app.type('p9.search', '北门')
  expect(shown()).toEqual(['H3V-5KE'])
  await app.type('p9.search', 'ZW')
  expect(shown()).toEqual([])
  expect(app.page()).toContain('没找到「ZW」')
})

test('the glyph names each level and its state', async () => {
  await openApp('/cases', { scenario: 'connected' })
  const label = (code: string) =>
    document.querySelector(`[data-testid="case.${code}"] [role="img"]`)?.getAttribute('aria-label')
  expect(label('H3V-5KE')).toBe('本机已收，社区已收，街道未确认，不用报区')
  expect(label('W8C-27D')).toBe('本机已收，社区已收，街道退回，不用报区')
})

test('a case shows who has it, under which number, as of when', async () => {
  const app = await openApp('/cases/c-stairs', { scenario: 'connected' })
  expect(app.text('p10.as_of')).toMatch(/^截至 /)
  expect(app.text('p10.receipt.street')).toContain('收件号 DZM-0412')
  expect(app.text('p10.receipt.district')).toContain('本级可办，不用再往上报')
  expect(app.text('p10.work')).toBe('处理中')
  expect(app.text('p10.next')).toBe('北里物业 处理')
})

test('a receipt that covers an older version says so', async () => {
  const app = await openApp('/cases/c-stairs', { scenario: 'connected' })
  const entry = app.engine.world.cases.find(({ row }) => row.id === 'c-stairs')
  const receipt = entry?.receipts[1]
  if (receipt) receipt.is_exact = false
  app.engine.tell(['cases'], ['c-stairs'])
  await flushPromises()
  expect(app.text('p10.receipt.community')).toContain('收到的是旧版')
})

test('the timeline is newest first and opens whole', async () => {
  const app = await openApp('/cases/c-stairs', { scenario: 'connected' })
  const lines = () => app.get('p10.timeline').children.length
  expect(lines()).toBe(3)
  expect(app.get('p10.timeline').firstElementChild?.textContent).toContain('签收')
  await app.tap('p10.timeline_all')
  expect(lines()).toBe(4)
})

test('an event of a newer server is shown by its code instead of breaking the page', async () => {
  const app = await openApp('/cases/c-lamp', { scenario: 'connected' })
  const entry = app.engine.world.cases.find(({ row }) => row.id === 'c-lamp')
  for (const item of entry?.timeline ?? []) item.code = 'from_the_future'
  app.engine.tell(['cases'])
  await flushPromises()
  expect(app.text('p10.timeline')).toContain('其他经过（from_the_future）')
})

test('a returned case asks for what is missing; adding it answers the return', async () => {
  const app = await openApp('/cases/c-ramp', { scenario: 'connected' })
  expect(app.text('p10.task.amend')).toContain('缺近景照片。补一张就会重新发送。')
  await app.tap('p10.add')
  expect((app.get('add.save') as HTMLButtonElement).disabled).toBe(true)
  await app.shoot()
  await app.tap('add.save')
  const entry = app.engine.world.cases.find(({ row }) => row.id === 'c-ramp')
  expect(entry?.photos).toHaveLength(2)
  expect(entry?.tasks).toHaveLength(0)
  expect(app.text('p10.delivery')).toBe('已收旧版，新改动待发')
})

test('a closed case offers nothing to add', async () => {
  const app = await openApp('/cases/c-gas', { scenario: 'connected' })
  expect(app.maybe('p10.add')).toBeNull()
})

test('a case that is not here says so', async () => {
  const app = await openApp('/cases/nowhere', { scenario: 'connected' })
  expect(app.page()).toContain('本机没有这一件')
})
