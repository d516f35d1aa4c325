import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { openApp } from '../../test/app'

const fence = (app: Awaited<ReturnType<typeof openApp>>) =>
  app.engine.world.cases.find(({ row }) => row.id === 'c-fence')

test('passing needs a photo and the condition; then one tap saves', async () => {
  const app = await openApp('/cases/c-fence/check', { scenario: 'offline' })
  await app.tap('p11.pass')
  expect(app.text('p11.missing')).toBe('请先拍一张现在的照片。')
  await app.shoot()
  expect(app.text('p11.missing')).toBe('请勾选上面的要求。')
  app.get('p11.condition').click()
  await flushPromises()
  await app.tap('p11.pass')

  expect(app.route()).toBe('today')
  expect(fence(app)?.row.work).toBe('feedback')
  const last = fence(app)?.timeline.at(-1)
  expect(last).toMatchObject({ code: 'check_pass', effect: 'pending' })
  expect(last?.photos).toHaveLength(1)
  expect(app.text('p8.code')).toBe('T4N-7XC')
})

test('failing asks why; the reason saves, with the words', async () => {
  const app = await openApp('/cases/c-fence/check', { scenario: 'offline' })
  await app.tap('p11.fail')
  await app.type('p11.note', '东头还缺两根')
  await app.tap('p11.reason.incomplete')
  expect(fence(app)?.row.work).toBe('handling')
  expect(fence(app)?.timeline.at(-1)).toMatchObject({
    code: 'check_fail',
    note: '东头还缺两根',
    reason: { code: 'incomplete' },
  })
})

test('being unable to look is an answer too', async () => {
  const app = await openApp('/cases/c-fence/check', { scenario: 'offline' })
  await app.tap('p11.unable')
  await app.tap('p11.reason.no_access')
  expect(fence(app)?.timeline.at(-1)?.code).toBe('check_unable')
})

test('a photo taken and left is still there', async () => {
  const app = await openApp('/cases/c-fence/check', { scenario: 'offline' })
  await app.shoot()
  await app.router.push('/')
  await flushPromises()
  await app.router.push('/cases/c-fence/check')
  await flushPromises()
  expect(document.querySelectorAll('.photo-row__photo')).toHaveLength(1)
})

test('a case that needs no check says so instead of offering one', async () => {
  const app = await openApp('/cases/c-cover/check', { scenario: 'offline' })
  expect(app.page()).toContain('这件不用再核查了')
  expect(app.maybe('p11.pass')).toBeNull()
})
