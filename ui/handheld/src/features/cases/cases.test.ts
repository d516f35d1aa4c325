import { flushPromises } from '@vue/test-utils'
import { workTone } from '@linli/ui-shared'
import { expect, test, vi } from 'vitest'
import { openApp } from '../../test/app'
import { workGroups } from './workGroups'

const shown = () =>
  [...document.querySelectorAll<HTMLElement>('.case-card')].map((card) =>
    card.dataset.testid?.replace('case.', ''),
  )

test('lists mine, my tasks and the whole grid', async () => {
  const app = await openApp('/cases', { scenario: 'connected' })
  expect(shown()).toEqual(['K7M-42Q', 'H3V-5KE', 'P2R-9HA', 'W8C-27D', 'T4N-7XC'])
  await app.tap('p9.list.todo')
  expect(shown()).toEqual(['T4N-7XC', 'R5D-3JW', 'W8C-27D'])
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

test('the list is narrowed by work state, with how many there are, and widened again', async () => {
  const app = await openApp('/cases', { scenario: 'connected' })
  expect(app.text('p9.total')).toBe('5 件')
  await app.tap('p9.filter')
  expect(app.text('p9.group.to_check')).toBe('待核查 1')
  expect(app.text('p9.group.done')).toBe('已办结 0')
  await app.tap('p9.group.to_check')
  expect(shown()).toEqual(['T4N-7XC'])
  expect(app.text('p9.filter')).toBe('待核查')
  await app.tap('p9.list.grid')
  await app.tap('p9.filter')
  await app.tap('p9.group.put_off')
  expect(app.page()).toContain('没有符合的案件')
  await app.tap('p9.clear')
  expect(shown()).toContain('B6Y-8QM')
})

test('every work state is in one group', () => {
  const states = Object.keys(workTone)
  const grouped = Object.values(workGroups).flat()
  expect([...grouped].sort()).toEqual([...states].sort())
})

test('of thousands of cases few are in the document, and each can be reached', async () => {
  const app = await openApp('/cases', { scenario: 'many' })
  const asked: (number | undefined)[] = []
  const works = app.engine.listCases
  app.engine.listCases = (query) => {
    asked.push(query.page?.offset)
    expect(query.page?.limit, 'never the whole list').toBeLessThanOrEqual(50)
    return works(query)
  }
  await app.tap('p9.list.grid')
  expect(app.text('p9.total')).toBe('3007 件')
  expect(shown().length).toBeGreaterThan(5)
  expect(shown().length).toBeLessThan(30)
  expect(asked).toEqual([0])

  // Scrolled by a hundred thousand pixels, as far as a page without a layout can be.
  const main = document.querySelector('main')
  const list = document.querySelector('.virtual-list')
  vi.spyOn(list as Element, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, -100_000, 360))
  main?.dispatchEvent(new Event('scroll'))
  await flushPromises()
  const rows = () => [...document.querySelectorAll<HTMLElement>('.virtual-list > li')]
  const places = rows()
  const numbers = () => rows().map((row) => Number(row.dataset.index))
  const [first] = numbers()
  expect(first).toBeGreaterThan(500)
  expect(places[0]?.getAttribute('aria-setsize')).toBe('3007')
  expect(shown().length).toBeGreaterThan(5)
  expect(asked.every((offset) => offset === 0 || (offset ?? 0) > 500)).toBe(true)

  // A little more: rows that come take the places of those that go, in order for whoever reads them one by one.
  vi.spyOn(list as Element, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, -100_900, 360))
  main?.dispatchEvent(new Event('scroll'))
  await flushPromises()
  const [from = 0] = numbers()
  expect(from).toBeGreaterThan(first ?? 0)
  expect(numbers()).toEqual(rows().map((_, at) => from + at))
  expect(new Set(rows())).toEqual(new Set(places))
})

test('rows are there before they are seen, and far ones are let go and read again', async () => {
  const app = await openApp('/cases', { scenario: 'many' })
  await app.tap('p9.list.grid')
  const asked: (number | undefined)[] = []
  const works = app.engine.listCases
  let answer = () => {}
  app.engine.listCases = async (query) => {
    asked.push(query.page?.offset)
    await new Promise<void>((resolve) => (answer = resolve))
    return works(query)
  }
  const list = document.querySelector('.virtual-list')
  const place = vi.spyOn(list as Element, 'getBoundingClientRect')
  /** Scrolls; gives how many rows are not there. The answer comes only then. */
  const go = async (row: number) => {
    // Rows of a page without a layout are as high as is usual, with the gap.
    place.mockReturnValue(new DOMRect(0, -162 * row, 360))
    document.querySelector('main')?.dispatchEvent(new Event('scroll'))
    await flushPromises()
    const coming = document.querySelectorAll('.cases__coming').length
    answer()
    await flushPromises()
    return coming
  }
  for (let row = 24; row < 260; row += 24) expect(await go(row), `at row ${row}`).toBe(0)
  expect(asked).toEqual([50, 100, 150, 200, 250])

  // Back at once to where the first page was: it is no longer held.
  expect(await go(0)).toBeGreaterThan(5)
  expect(asked.at(-1)).toBe(0)
  expect(document.querySelectorAll('.cases__coming').length).toBe(0)
})

test('a change is read anew where the list stands, and nothing else', async () => {
  const app = await openApp('/cases', { scenario: 'connected' })
  const entry = app.engine.world.cases.find(({ row }) => row.id === 'c-lamp')
  if (entry) entry.row.place = '北里东区南门'
  app.engine.tell(['cases'], ['c-lamp'])
  await flushPromises()
  expect(app.page()).toContain('北里东区南门')
  app.engine.world.cases = []
  app.engine.tell(['cases'])
  await flushPromises()
  expect(shown()).toEqual([])
  expect(app.page()).toContain('你还没有报过')
})

test('coming back from a case the list is as it was left', async () => {
  const app = await openApp('/cases', { scenario: 'connected' })
  await app.tap('p9.list.grid')
  await app.type('p9.search', '北里')
  const before = shown()
  await app.tap('case.H3V-5KE')
  await app.router.back()
  await vi.waitFor(() => expect(shown()).toEqual(before))
  expect(app.route()).toBe('cases')
  expect((app.control('p9.search') as HTMLInputElement).value).toBe('北里')
})

test('age and due date are words', async () => {
  const at = new Date(2026, 8, 1, 10, 0).getTime()
  vi.useFakeTimers({ now: at, toFake: ['Date'] })
  const app = await openApp('/cases', { scenario: 'connected', now: () => at })
  expect(app.text('case.P2R-9HA')).toContain('今天 15:30 到期，还剩 6 小时')
  expect(app.text('case.P2R-9HA')).toContain('已报 3 小时')
  const entry = app.engine.world.cases.find(({ row }) => row.id === 'c-stairs')
  if (entry) Object.assign(entry.row, { due_at: at - 2 * 3_600_000, is_overdue: true })
  app.engine.tell(['cases'])
  await flushPromises()
  expect(app.text('case.P2R-9HA')).toContain('超期 2 小时，应在 今天 08:00')
  await app.router.push('/cases/c-stairs')
  await flushPromises()
  expect(app.text('p10.due')).toBe('今天 08:00，超期 2 小时')
})

test('asking for a case to go up: a reason saves, once', async () => {
  const app = await openApp('/cases/c-stairs', { scenario: 'connected' })
  await app.tap('p10.escalate')
  await app.type('escalate.note', '要三家单位一起来')
  await app.tap('escalate.several_units')
  const entry = app.engine.world.cases.find(({ row }) => row.id === 'c-stairs')
  expect(entry?.timeline.at(-1)).toMatchObject({
    code: 'request_escalation',
    note: '要三家单位一起来',
    reason: { code: 'several_units' },
  })
  expect(app.maybe('p10.escalate'), 'it waits for its answer').toBeNull()
  expect(app.text('p10.timeline')).toContain('请求上报')
})

test('a closed case cannot go up', async () => {
  const app = await openApp('/cases/c-gas', { scenario: 'connected' })
  expect(app.maybe('p10.escalate')).toBeNull()
})

test('photos are seen large, one after the other, by buttons', async () => {
  const app = await openApp('/cases/c-cover', { scenario: 'offline' })
  await app.tap('p10.photo.0')
  const large = () => document.querySelector<HTMLImageElement>('.photo-viewer__photo')
  const first = large()?.src
  expect(large()?.alt).toContain('远景照片')
  await app.tap('p10.photo_next')
  expect(large()?.alt).toContain('近景照片')
  expect(large()?.src).not.toBe(first)
  await app.tap('p10.photo_next')
  expect(large()?.src).toBe(first)
  await app.tap('sheet.close')
  expect(large()).toBeNull()
})

test('a case that the community does not have yet says when it can be added to', async () => {
  const app = await openApp('/cases/c-cover', { scenario: 'offline' })
  expect(app.maybe('p10.add')).toBeNull()
  expect(app.text('p10.add_later')).toBe('社区收到后就能补充。')
})
