import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { ApiError } from '../../api'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'
import { TestCamera } from '../../test/camera'

const PATH = '/cases/c-bins/verify'
const bins = (app: Awaited<ReturnType<typeof openApp>>) =>
  app.engine.world.cases.find(({ row }) => row.id === 'c-bins')

test('the card on Today leads here, and the question is whether it is so', async () => {
  const app = await openApp('/', { scenario: 'offline' })
  await app.tap('p5.task.R5D-3JW')
  expect(app.route()).toBe('verify')
  expect(app.page()).toContain('是否属实？')
  expect(app.text('p11.said')).toContain('居民来电')
})

test.each(['exists', 'not_exists'])('%s needs a photo, then one tap saves', async (finding) => {
  const app = await openApp(PATH, { scenario: 'offline' })
  await app.tap(`p11.${finding}`)
  expect(app.text('p11.missing')).toBe('请先拍一张现在的照片。')
  expect(bins(app)?.row.task).toBe('verify')
  await app.shoot()
  expect(app.maybe('p11.missing')).toBeNull()
  await app.tap(`p11.${finding}`)
  expect(app.route()).toBe('today')
  expect(bins(app)?.row.task).toBeNull()
  expect(bins(app)?.timeline.at(-1)).toMatchObject({ code: 'verify', effect: 'pending' })
  expect(app.text('p8.code')).toBe('R5D-3JW')
})

test('what is sent names the task, the photo, the words and the place', async () => {
  const app = await openApp(PATH, { scenario: 'offline', camera: new TestCamera() })
  const sent: unknown[] = []
  const { verify } = app.engine
  app.engine.verify = (input) => {
    sent.push(input)
    return verify(input)
  }
  await app.tap('p6.shutter')
  await app.type('p11.note', '三个桶都满了')
  await app.tap('p11.exists')
  expect(sent).toMatchObject([
    {
      case_id: 'c-bins',
      answers: 'e-bins-verify',
      finding: 'exists',
      photos: ['photo-1'],
      note: '三个桶都满了',
      position: { source: 'gnss' },
    },
  ])
})

test('not being able to see it needs no photo', async () => {
  const app = await openApp(PATH, { scenario: 'offline' })
  await app.tap('p11.unable')
  expect(app.route()).toBe('today')
  expect(bins(app)?.timeline.at(-1)?.code).toBe('verify')
})

test('photo and words left behind are still there, and are named among what is not finished', async () => {
  const app = await openApp(PATH, { scenario: 'offline' })
  await app.shoot()
  await app.type('p11.note', '只有一个桶')
  await app.router.push('/outbox/shift')
  await flushPromises()
  expect(app.text('h10.draft.verify')).toContain('核实')
  await app.tap('h10.draft.verify')
  expect(app.route()).toBe('verify')
  expect(document.querySelectorAll('.photo-row__photo')).toHaveLength(1)
  expect((app.control('p11.note') as HTMLTextAreaElement).value).toBe('只有一个桶')
})

test('a refusal is said in place and loses nothing', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.verify = async () => {
    throw new ApiError({ code: 'refused', params: { reason: 'overtaken' } })
  }
  const app = await openApp(PATH, { engine })
  await app.shoot()
  await app.tap('p11.exists')
  expect(app.route()).toBe('verify')
  expect(app.page()).toContain('别处已先处理')
  expect(document.querySelectorAll('.photo-row__photo')).toHaveLength(1)
})

test('a case that asks nothing says so', async () => {
  const app = await openApp('/cases/c-cover/verify', { scenario: 'offline' })
  expect(app.page()).toContain('这件不用再核实了')
  expect(app.maybe('p11.exists')).toBeNull()
})

test('the case itself leads to its verification', async () => {
  const app = await openApp('/cases/c-bins', { scenario: 'connected' })
  await app.tap('p10.verify')
  expect(app.route()).toBe('verify')
})
