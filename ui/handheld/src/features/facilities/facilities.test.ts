import { expect, test, vi } from 'vitest'
import { ApiError } from '../../api'
import { FakeEngine } from '../../api/fake'
import { openApp, unmountAll } from '../../test/app'
import { classesOf } from './useComponents'

test('from the list of the map to a class, to a component, to its state', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  await app.tap('p12.list')
  await app.tap('p12.components')
  expect(app.text('components.class.01001')).toContain('井盖松动 · 2 个有问题')
  await app.tap('components.class.01001')
  await app.tap('components.m-0')
  expect(app.get('component.damaged').getAttribute('aria-pressed')).toBe('true')
  await app.tap('component.intact')
  expect(app.text('kept')).toContain('部件状态已记')
  expect(app.get('component.intact').getAttribute('aria-pressed')).toBe('true')
  expect(app.get('component.damaged').getAttribute('aria-pressed')).toBe('false')
  expect(app.text('component.checked')).toContain('上次查看 今天')
  expect(app.engine.components[0]).toMatchObject({ state: 'intact' })
})

test('the card of the map leads to the state and to a report of this place', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  await app.tap('p12.list')
  await app.tap('p12.row.component.m-0')
  await app.tap('p12.component')
  expect(app.route()).toBe('component')
  await app.tap('component.report')
  expect(app.route()).toBe('report')
  expect(app.text('p7.place')).toContain('便道上，靠近 1 号楼')
  await app.shoot()
  await app.tap('p7.category.01001')
  await app.tap('p7.save')
  const [saved] = app.engine.world.cases
  expect(saved?.row.place).toBe('便道上，靠近 1 号楼')
  expect(saved?.position).toMatchObject({ lon: 116.43612, lat: 39.89768 })
})

test('a report that was begun before is not overwritten', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.tap('p7.category.06003')
  await app.router.push('/component/m-0')
  await vi.waitFor(() => app.get('component.report'))
  await app.tap('component.report')
  expect(app.text('p7.place')).not.toContain('便道上')
})

test('nobody has looked at it yet, it is not here, and it could not be kept: each is said', async () => {
  const fresh = await openApp('/component/m-2', { scenario: 'offline' })
  expect(fresh.text('component.checked')).toBe('还没有人查看过。')
  unmountAll()
  const gone = await openApp('/component/m-99', { scenario: 'offline' })
  expect(gone.page()).toContain('本机没有这个部件')
  unmountAll()
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.setComponent = async () => {
    throw new ApiError({ code: 'refused', params: { reason: 'clash' } })
  }
  const app = await openApp('/component/m-1', { engine })
  await app.tap('component.lost')
  expect(app.page()).toContain('这一项有两个说法')
  expect(app.get('component.intact').getAttribute('aria-pressed')).toBe('true')
})

test('a component that the map leaves out is found in the list', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  const map = await engine.gridMap()
  engine.gridMap = async () => ({ ...map, components: [], more_component_count: 4 })
  const app = await openApp('/component/m-3', { engine })
  expect(app.page()).toContain('未定位的井盖')
})

test('long lists are asked for page by page, and nothing is left out', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  const [one] = engine.components
  if (!one) throw new Error('no component')
  for (let index = 0; index < 450; index += 1) {
    engine.components.push({ ...one, id: `x-${index}`, class: null })
  }
  const app = await openApp('/components', { engine })
  expect(app.text('components.class.none')).toContain('450')
  const rows = (
    await engine.listFacilities({
      ...{ kind: 'component', class: null, building: null },
      page: { offset: 0, limit: 200 },
    })
  ).rows
  expect(classesOf(rows).at(-1)?.code).toBe('none')
})

test('a grid without components says so', async () => {
  const app = await openApp('/components', { scenario: 'empty' })
  expect(app.page()).toContain('本格还没有部件资料')
})
