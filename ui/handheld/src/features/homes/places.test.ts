import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { ApiError } from '../../api'
import { FakeEngine } from '../../api/fake'
import { openApp, unmountAll } from '../../test/app'

test('a building, its entrance and a dwelling, each in a few taps and offline', async () => {
  const app = await openApp('/homes/browse', { scenario: 'offline' })
  await app.tap('browse.building-add')
  await app.type('place_add.name', ' 30号楼 ')
  app.control('place_add.here.yes').click()
  await flushPromises()
  expect(app.text('place_add.quality')).toContain('±8 米')
  await app.tap('place_add.save')
  expect(app.route()).toBe('browse')
  expect(app.text('kept')).toContain('已加一栋楼')
  expect(app.page()).toContain('还没有登记房屋')
  const building = app.engine.town.buildings.at(-1)
  expect(building?.name).toBe('30号楼')

  await app.tap('browse.entrance-add')
  await app.type('place_add.name', '1单元')
  await app.tap('place_add.save')
  const entrance = app.engine.town.entrances.at(-1)
  expect(entrance).toMatchObject({ building: building?.id, name: '1单元' })

  await app.tap(`browse.${entrance?.id}`)
  await app.tap('browse.dwelling-add')
  await app.type('place_add.unit', '501')
  await app.type('place_add.floor', '5')
  await app.tap('place_add.save')
  expect(app.engine.town.dwellings.at(-1)).toMatchObject({
    ...{ building: building?.id, entrance: entrance?.id, unit: '501', floor: 5 },
  })
  expect(app.page()).toContain('501')
})

test('where somebody stands goes along only when they say so', async () => {
  const app = await openApp('/homes/add/building', { scenario: 'offline' })
  const sent = vi.spyOn(app.engine, 'addBuilding')
  await app.type('place_add.name', '31号楼')
  await app.tap('place_add.save')
  expect(sent.mock.calls[0]?.[0]).toEqual({ name: '31号楼', position: null })
})

test('what is missing or wrong is said at its field', async () => {
  const app = await openApp('/homes/add/dwelling/b-2', { scenario: 'offline' })
  await app.type('place_add.floor', '五')
  await app.tap('place_add.save')
  expect(app.text('place_add.unit')).toContain('请填写')
  expect(app.text('place_add.floor')).toContain('请填楼层数字')
  expect(app.route()).toBe('dwelling-add')
})

test('a refusal is said in place and the words stay', async () => {
  const app = await openApp('/homes/add/dwelling/b-2', { scenario: 'offline' })
  await app.type('place_add.unit', '101')
  await app.tap('place_add.save')
  expect(app.page()).toContain('「门号」没填对')
  expect((app.control('place_add.unit') as HTMLInputElement).value).toBe('101')
})

test.each([
  ['/homes/add/building', 'place_add.name', 'building_add'],
  ['/homes/add/entrance/b-1', 'place_add.name', 'entrance_add'],
  ['/homes/add/dwelling/b-1/e-1-2', 'place_add.unit', 'dwelling_add'],
])(
  'what was begun at %s is kept and goes on from the end-of-shift check',
  async (path, field, kind) => {
    const app = await openApp(path, { scenario: 'offline' })
    await app.type(field, '九')
    await app.router.push('/outbox/shift')
    await flushPromises()
    await app.tap(`h10.draft.${kind}`)
    expect(app.router.currentRoute.value.path).toBe(path)
    expect((app.control(field) as HTMLInputElement).value).toBe('九')
  },
)

test('each level offers what can be added there', async () => {
  const offered = async (path: string) => {
    await openApp(path, { scenario: 'offline' })
    const links = [...document.querySelectorAll<HTMLElement>('[data-testid$="-add"]')]
    const found = links.map(({ dataset }) => dataset.testid)
    unmountAll()
    return found
  }
  expect(await offered('/homes/browse')).toEqual(['browse.building-add'])
  expect(await offered('/homes/browse/b-1')).toEqual(['browse.entrance-add'])
  expect(await offered('/homes/browse/b-1/e-1-2')).toEqual(['browse.dwelling-add'])
  expect(await offered('/homes/browse/b-2')).toEqual(['browse.dwelling-add', 'browse.entrance-add'])
})

test('an engine that fails says so', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.addEntrance = async () => {
    throw new ApiError({ code: 'internal', params: { number: 'E-3' } })
  }
  const app = await openApp('/homes/add/entrance/b-1', { engine })
  await app.type('place_add.name', '9单元')
  await app.tap('place_add.save')
  expect(app.page()).toContain('E-3')
})
