import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'
import { TestCamera } from '../../test/camera'

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

test('task, shutter, condition, verdict: four taps, with the old photo shining through', async () => {
  const camera = new TestCamera()
  const app = await openApp('/', { scenario: 'offline', camera })
  await app.tap('p5.task.T4N-7XC')
  const ghost = document.querySelector<HTMLImageElement>('.camera-view__ghost')
  expect(ghost?.src).toBe(app.engine.photoUrl('planter', 'full'))
  expect(app.text('p6.camera')).toContain('对准淡淡的原图再拍')
  expect(app.text('p6.camera')).toContain('要求：围挡完整牢固，地面无散落')
  expect(app.text('p6.camera')).toContain('距现场 35 米')
  await app.tap('p6.shutter')
  app.get('p11.condition').click()
  await flushPromises()
  await app.tap('p11.pass')
  expect(fence(app)?.timeline.at(-1)).toMatchObject({ code: 'check_pass' })
  expect(fence(app)?.photos.at(-1)?.kind).toBe('after')
  expect(camera.running).toBe(0)
})

test('a check that has a photo already opens as a page', async () => {
  const camera = new TestCamera()
  const app = await openApp('/cases/c-fence/check', { scenario: 'offline', camera })
  await app.tap('p6.shutter')
  await app.router.push('/')
  await flushPromises()
  await app.router.push('/cases/c-fence/check')
  await flushPromises()
  expect(app.maybe('p6.camera')).toBeNull()
  expect(app.text('p11.away')).toBe('距现场 35 米')
})

test('the distance follows the person', async () => {
  vi.useFakeTimers()
  const engine = new FakeEngine({ scenario: 'offline' })
  let lat = 39.89801
  engine.position = async () => ({
    state: 'fixed',
    position: { lon: 116.4361, lat, accuracy_m: 5, source: 'gnss', at: 0 },
  })
  const app = await openApp('/cases/c-fence/check', { engine })
  expect(app.text('p11.away')).toBe('距现场 0 米')
  lat = 39.90701
  await vi.advanceTimersByTimeAsync(2500)
  expect(app.text('p11.away')).toBe('距现场 1.0 公里')
})

test('a photo that has not come is told in words', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  const photos = engine.world.cases.find(({ row }) => row.id === 'c-fence')?.photos ?? []
  for (const photo of photos) photo.is_here = false
  const app = await openApp('/cases/c-fence/check', { engine })
  expect(app.text('p11.photo_absent')).toContain('照片不在本机')
  expect(document.querySelectorAll('.check-task__pictures img')).toHaveLength(0)
})

test('without a position nothing is said about a distance', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.position = async () => ({ state: 'unavailable', position: null })
  const app = await openApp('/cases/c-fence/check', { engine })
  expect(app.maybe('p11.away')).toBeNull()
})

test.each([
  ['yes', true],
  ['no', false],
  ['unasked', null],
])('a resident who is asked and says %s is sent as %s', async (answer, satisfied) => {
  const app = await openApp('/cases/c-fence/check', { scenario: 'offline' })
  const sent: unknown[] = []
  app.engine.check = async (input) => {
    sent.push(input.satisfied)
    return { case_id: input.case_id, code: 'T4N-7XC', at: 0 }
  }
  if (answer !== 'unasked') app.control(`p11.satisfied.${answer}`).click()
  await flushPromises()
  await app.tap('p11.fail')
  await app.tap('p11.reason.not_done')
  expect(sent).toEqual([satisfied])
})
