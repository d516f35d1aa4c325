import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import type { DeliveryState, OutboxDto, OutboxItem } from '@linli/ui-shared'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'
import { draftOf } from './drafts'
import { checkOf } from './shift'

function item(state: DeliveryState, isTextWaiting: boolean, photos = 0): OutboxItem {
  return {
    ...{ case_id: state, code: state, since_at: 0, attempt_count: 1 },
    category: { code: '', name: { zh: '', en: '' }, icon: '' },
    delivery: {
      ...{ state, at: 0, wait: null, reason: null, level: null },
      ...{ photo_done_count: 0, photo_count: photos },
    },
    is_text_waiting: isTextWaiting,
    waiting_photo_count: photos,
  }
}

function outbox(items: OutboxItem[], registerCount = 0): OutboxDto {
  const photoCount = items.reduce((sum, one) => sum + one.waiting_photo_count, 0)
  return {
    ...{ items, register_count: registerCount, photo_count: photoCount, photo_bytes: 0 },
    ...{ last_delivered_at: null, last_download_at: null, carried_at: null },
  }
}

test('nothing waits: the plain yes, with who has it and since when, two taps from today', async () => {
  const app = await openApp('/', { scenario: 'empty' })
  await app.tap('strip')
  await app.tap('p15.shift')
  expect(app.route()).toBe('shift')
  expect(app.text('h10.answer')).toMatch(/^可以下班。社区全收到了。.*\d\d:\d\d 全部收到。$/)
  expect(app.maybe('h10.try')).toBeNull()
  expect(app.maybe('h10.drafts')).toBeNull()
  expect(app.page()).not.toContain('同步')
})

test('what the community lacks is listed, with its reason and what helps, photos apart', async () => {
  const app = await openApp('/outbox/shift', { scenario: 'offline' })
  expect(app.text('h10.answer')).toBe('社区还没收到 1 件。都存在本机，不会丢。')
  expect(app.text('p15.group.NO_NETWORK')).toContain('没有网络（1）')
  expect(app.text('p15.group.NO_NETWORK')).toContain('有信号会自动发送')
  expect(app.text('p15.group.NO_NETWORK')).toContain('K7M-42Q')
  expect(app.text('h10.photos')).toBe('照片和语音 2 个 620 KB 还没到社区（另计）')
  expect(app.text('h10.returned')).toContain('W8C-27D')
  expect(app.text('h10.returned')).toContain('明天补也可以')
  await app.tap('h10.try')
  expect(app.engine.calls).toEqual(['syncNow'])
})

test('records of the register count as much as cases', async () => {
  const app = await openApp('/outbox/shift', { scenario: 'offline' })
  await app.engine.moveOut('h-zhao')
  await flushPromises()
  expect(app.text('h10.answer')).toContain('社区还没收到 2 件')
  expect(app.text('h10.register')).toContain('住户资料 1 条')
})

test('the answer follows what the community receives', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  const app = await openApp('/outbox/shift', { engine })
  const cover = engine.world.cases.find(({ row }) => row.code === 'K7M-42Q')
  if (cover) cover.row.delivery = { ...cover.row.delivery, state: 'partial', wait: null }
  engine.tell(['outbox'])
  await flushPromises()
  expect(app.text('h10.answer')).toContain('文字社区全收到了，照片和语音还差 2 个。')
  for (const photo of cover?.photos ?? []) photo.is_delivered = true
  if (cover) cover.row.delivery = { ...cover.row.delivery, state: 'community' }
  engine.tell(['outbox'])
  await flushPromises()
  expect(app.text('h10.answer')).toContain('可以下班')
  expect(app.text('h10.returned')).toContain('W8C-27D')
})

test('what is not finished is told, since nobody sends it, and leads back to its form', async () => {
  const engine = new FakeEngine({ scenario: 'empty' })
  await engine.saveDraft('report', '{}')
  await engine.saveDraft('newer-form-1', '{}')
  const app = await openApp('/outbox/shift', { engine })
  expect(app.text('h10.answer')).toContain('还有没写完的')
  expect(app.text('h10.drafts')).toContain('没写完的（2）')
  expect(app.get('h10.draft.other').tagName).toBe('DIV')
  await app.tap('h10.draft.report')
  expect(app.route()).toBe('report')
})

test('it is also found among what is mine', async () => {
  const app = await openApp('/me', { scenario: 'empty' })
  await app.tap('p19.shift')
  expect(app.route()).toBe('shift')
})

test('what was refused is not with the community, what came back is', () => {
  const check = checkOf(
    outbox([
      item('waiting', true, 1),
      item('needs_you', false),
      item('returned', false),
      item('partial', false, 3),
      item('newer', true),
    ]),
  )
  const codes = (items: OutboxItem[]) => items.map(({ code }) => code)
  expect(codes(check.missing)).toEqual(['waiting', 'needs_you', 'newer'])
  expect(codes(check.photosOnly)).toEqual(['partial'])
  expect(codes(check.returned)).toEqual(['returned'])
  expect([check.missingCount, check.answer]).toEqual([3, 'missing'])
})

test('the answer is by what is missing: words first, then photos', () => {
  const answer = (items: OutboxItem[], register = 0) => checkOf(outbox(items, register)).answer
  expect(answer([])).toBe('all')
  expect(answer([item('returned', false)])).toBe('all')
  expect(answer([item('partial', false, 1)])).toBe('photos')
  expect(answer([item('partial', false, 1)], 1)).toBe('missing')
})

test('every form that keeps a draft is known by the name it gives', () => {
  const to = (name: string) => draftOf(name).to
  expect(to('check-c1')).toEqual({ name: 'check', params: { id: 'c1' } })
  expect(to('visit-h-1')).toEqual({ name: 'visit', params: { id: 'h-1' } })
  expect(to('home-add')).toEqual({ name: 'home-add' })
  expect(to('home-add-d-1')).toEqual({ name: 'home-add', query: { dwelling: 'd-1' } })
  expect(to('person-add-h1')).toEqual({ name: 'home-person-add', params: { id: 'h1' } })
  expect(to('person-p1')).toEqual({ name: 'household', params: { id: 'p1' } })
  expect(to('phone-p-1-990****1234')).toEqual({ name: 'household', params: { id: 'p-1' } })
  const known = ['home-edit-h', 'enrol-h', 'split-h'].map((name) => draftOf(name).kind)
  expect(known).toEqual(['home_edit', 'enrol', 'split'])
  expect(draftOf('later-form')).toEqual({ kind: 'other', to: null })
})
