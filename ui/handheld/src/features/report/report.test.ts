import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { ApiError } from '../../api'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'

test('four taps offline: report, photo, category, save; the case is on the device with its code', async () => {
  const app = await openApp('/', { scenario: 'offline' })
  const before = app.engine.world.cases.length
  await app.tap('tabs.report')
  await app.shoot()
  await app.tap('p7.category.06003')
  await app.tap('p7.save')

  expect(app.route()).toBe('today')
  const [saved] = app.engine.world.cases
  expect(app.engine.world.cases).toHaveLength(before + 1)
  expect(app.text('p8.code')).toBe(saved?.row.code)
  expect(app.text('p8.card')).toContain('已存本机')
  expect(saved?.photos).toHaveLength(1)
  expect(saved?.position?.source).toBe('gnss')
  expect(app.text(`case.${saved?.row.code}`)).toContain('等待发送：没有网络')
})

test('words about a person get a hint, and are saved all the same', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.type('p7.note', '王先生占道，电话 99012345678')
  expect(app.text('p7.note.hints')).toContain('12345')
  expect(app.text('p7.note.hints')).toContain('好像有电话号码')
  await app.shoot()
  await app.tap('p7.category.06003')
  await app.tap('p7.save')
  expect(app.engine.world.cases[0]?.note).toBe('王先生占道，电话 99012345678')
})

test('words about a thing get none, and a hint goes with its words', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.type('p7.note', '王先生占道')
  await app.type('p7.note', '井盖缺失')
  expect(app.text('p7.note.hints')).toBe('')
})

test('what is missing is said at its place; nothing is lost', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.type('p7.note', '楼口积水')
  await app.tap('p7.save')
  expect(app.route()).toBe('report')
  expect(app.page()).toContain('请选一个类别')
  expect(app.page()).toContain('没有照片。拍一张，或选原因。')
  expect((app.control('p7.note') as HTMLTextAreaElement).value).toBe('楼口积水')

  await app.tap('p7.category.06003')
  await app.tap('p7.no_photo.cannot_see')
  await app.tap('p7.save')
  expect(app.route()).toBe('today')
  expect(app.engine.world.cases[0]?.note).toBe('楼口积水')
})

test('with little room it says what becomes of photos, and text goes on', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  expect(app.maybe('photo.little_room')).toBeNull()
  app.engine.world.sync.little_room_mb = 60
  app.engine.tell(['sync'])
  await flushPromises()
  expect(app.text('photo.little_room')).toContain('60 MB')
  expect(app.text('photo.little_room')).toContain('文字不受影响')
  app.engine.world.sync.little_room_mb = 49
  app.engine.tell(['sync'])
  await flushPromises()
  expect(app.text('photo.little_room')).toContain('拍不了照片')
})

test('a draft survives leaving the screen and a restart of the program', async () => {
  const first = await openApp('/report', { scenario: 'offline' })
  await first.shoot()
  await first.type('p7.note', '半张草稿')
  await first.router.push('/')
  await flushPromises()
  expect(first.engine.drafts.get('report')).toContain('半张草稿')

  const again = await openApp('/report', { engine: first.engine })
  expect((again.control('p7.note') as HTMLTextAreaElement).value).toBe('半张草稿')
  expect(document.querySelectorAll('.photo-row__photo')).not.toHaveLength(0)
})

test('typing is stored after a pause, without leaving', async () => {
  vi.useFakeTimers()
  const app = await openApp('/report', { scenario: 'offline' })
  await app.type('p7.note', '还在写')
  expect(app.engine.drafts.has('report')).toBe(false)
  await vi.advanceTimersByTimeAsync(500)
  expect(app.engine.drafts.get('report')).toContain('还在写')
})

test('saving removes the draft; starting over asks first', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.type('p7.note', '不要了')
  await app.tap('p7.clear')
  expect((app.control('p7.note') as HTMLTextAreaElement).value).toBe('不要了')
  await app.tap('p7.clear')
  expect((app.control('p7.note') as HTMLTextAreaElement).value).toBe('')
  expect(app.engine.drafts.has('report')).toBe(false)
})

test('danger shows numbers to call before anything is saved, and keeps them after', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.tap('p7.category_more')
  await app.tap('p7.category.99001')
  await app.tap('p7.urgency.danger')
  const call = () => document.querySelector<HTMLAnchorElement>('a[href^="tel:"]')
  expect(call()?.getAttribute('href')).toBe('tel:010-5550-0777')
  await app.tap('p7.save')
  expect(app.route()).toBe('today')
  expect(app.text('p8.card')).toContain('先打电话，再等网络')
})

test('a picked door stays although the receiver finds a position', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.tap('p7.place')
  await app.tap('p7.place.p-3')
  await app.shoot()
  await app.tap('p7.category.06003')
  await app.tap('p7.save')
  const [saved] = app.engine.world.cases
  expect(saved?.row.place).toBe('北里东区北门')
  expect(saved?.position?.source).toBe('door')
})

test('typed coordinates outside the own grid are saved, and the screen says where they go', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.tap('p7.place')
  await app.tap('p7.coordinates')
  await app.type('p7.lon', '116.4512')
  await app.type('p7.lat', '139')
  expect((app.get('p7.place_use') as HTMLButtonElement).disabled).toBe(true)
  await app.type('p7.lat', '39,8981')
  await app.tap('p7.place_use')
  expect(app.text('p7.place')).toContain('116.45120, 39.89810')
  expect(app.page()).toContain('这里不在你的格，保存后转交 东花市-07。')
})

test('without a receiver a place in words is enough', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.position = async () => ({ state: 'unavailable', position: null })
  const app = await openApp('/report', { engine })
  expect(app.text('p7.place')).toContain('没有定位，请选门牌')
  await app.tap('p7.place')
  await app.type('p7.place_words', '北门传达室旁')
  await app.tap('p7.place_use')
  await app.shoot()
  await app.tap('p7.category.06003')
  await app.tap('p7.save')
  expect(engine.world.cases[0]?.row.place).toBe('北门传达室旁')
})

test('a file that is no photo is refused and the rest stays', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.shoot('list.pdf', 'application/pdf')
  expect(app.page()).toContain('这张照片读不出来')
  await app.shoot()
  expect(document.querySelectorAll('.photo-row__photo')).toHaveLength(1)
})

test('a failed save keeps the form and names the fault; the next tap saves once', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const engine = new FakeEngine({ scenario: 'offline' })
  const works = engine.report
  engine.report = async () => {
    throw new ApiError({ code: 'internal', params: { number: 'E-1204' } })
  }
  const app = await openApp('/report', { engine })
  await app.shoot()
  await app.tap('p7.category.06003')
  await app.tap('p7.save')
  expect(app.page()).toContain('出错了（E-1204）。内容已保存，请把号码告诉管理员。')
  engine.report = works
  const before = engine.world.cases.length
  app.control('p7.save').click()
  app.control('p7.save').click()
  await flushPromises()
  expect(engine.world.cases).toHaveLength(before + 1)
})

test('a similar case nearby is offered, not forced', async () => {
  const app = await openApp('/report', { scenario: 'connected' })
  await app.tap('p7.category.01001')
  expect(app.page()).toContain('附近 30 米已有 1 件类似')
})
