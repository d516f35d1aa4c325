import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { FakeEngine } from '../../api/fake'
import { openApp } from '../../test/app'
import { TestCamera } from '../../test/camera'

const pins = () => [...document.querySelectorAll<HTMLElement>('.map-pin')]
const labels = () => pins().map((pin) => pin.getAttribute('aria-label'))
const rows = () =>
  [...document.querySelectorAll<HTMLElement>('.map-row')].map((row) =>
    (row.textContent ?? '').replace(/\s+/g, ' ').trim(),
  )

/** How many things are on the map, those behind numbers included. */
function drawn(): number {
  return pins().reduce((sum, pin) => {
    const count = pin.querySelector('.map-pin__count')
    return sum + (count ? parseInt(count.textContent ?? '', 10) : 1)
  }, 0)
}

test('today and the cases lead to the map, which is no tab', async () => {
  const app = await openApp('/', { scenario: 'offline' })
  await app.tap('map')
  expect(app.route()).toBe('map')
  expect(app.maybe('tabs.today')).toBeNull()
  const cases = await openApp('/cases', { scenario: 'offline' })
  await cases.tap('map')
  expect(cases.route()).toBe('map')
})

test('everything with a position is on the map, and what has none is told', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  // Six open cases, three buildings, three of four components; the closed case is not there.
  expect(drawn()).toBe(12)
  expect(app.text('p12.words')).toContain('1 个没有位置，见列表')
  expect(app.text('p12.words')).toContain('定位精确 ±8 米')
  expect(app.maybe('p12.layer.place')?.getAttribute('aria-pressed')).toBe('false')
  for (const label of labels()) expect(label).toMatch(/\S/)
})

test('a layer is switched off and on', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  await app.tap('p12.layer.building')
  expect(drawn()).toBe(9)
  await app.tap('p12.layer.building')
  expect(drawn()).toBe(12)
  await app.tap('p12.layer.place')
  expect(drawn()).toBe(17)
})

test('a number opens what lies there, and closer parts it', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  const before = pins().length
  const pin = app.get('p12.pin.case.c-cover')
  expect(pin.getAttribute('aria-label')).toMatch(/件案件，.*栋楼/)
  pin.click()
  await flushPromises()
  expect(app.text('p12.here')).toContain('井盖松动')
  await app.tap('p12.part')
  expect(pins().length).toBeGreaterThan(1)
  expect(app.maybe('p12.here')).toBeNull()
  for (const arrow of ['up', 'down', 'left', 'right']) app.get(`p12.${arrow}`)
  for (let tap = 0; tap < 8; tap += 1) await app.tap('p12.farther')
  expect(pins()).toHaveLength(before)
  expect(app.maybe('p12.up')).toBeNull()
})

test('a pin says what it is and how it is, and leads to its screen', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  await app.tap('p12.layer.building')
  await app.tap('p12.layer.component')
  for (let tap = 0; tap < 5; tap += 1) await app.tap('p12.closer')
  await app.tap('p12.locate')
  const pin = app.get('p12.pin.case.c-cover')
  expect(pin.getAttribute('aria-label')).toBe(
    '案件，井盖松动，急，待立案，忠实里南街 1 号楼 3 单元',
  )
  expect(pin.textContent?.trim()).toBe('立')
  pin.click()
  await flushPromises()
  expect(app.route()).toBe('case')
})

test('coming back from a case the map is as it was left', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  for (let tap = 0; tap < 4; tap += 1) await app.tap('p12.closer')
  await app.tap('p12.right')
  const before = labels()
  await app.router.push('/cases/c-cover')
  await app.router.push('/map')
  await flushPromises()
  expect(labels()).toEqual(before)
})

test('the list has the same things, the nearest first, with what the map cannot show', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  await app.tap('p12.list')
  expect(app.text('p12.order')).toBe('13 个，近的在前')
  expect(rows()[0]).toContain('就在这里')
  await app.tap('p12.layer.case')
  await app.tap('p12.layer.building')
  expect(rows()).toHaveLength(4)
  expect(rows()[0]).toMatch(/东南 \d+ 米/)
  expect(rows()[3]).toContain('没有位置')
  await app.tap('p12.row.component.m-0')
  expect(app.text('p12.card')).toContain('破损')
  expect(app.text('p12.card')).toMatch(/东南 \d+ 米/)
  await app.tap('sheet.close')
  await app.tap('p12.layer.building')
  await app.tap('p12.row.building.b-2')
  expect(app.route()).toBe('browse')
})

test('without any geometry the list comes by itself and says why', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  const map = await engine.gridMap()
  map.own.border = []
  for (const one of [...map.cases, ...map.buildings, ...map.places, ...map.components])
    one.at = null
  engine.gridMap = async () => map
  const app = await openApp('/map', { engine })
  expect(app.maybe('p12.stage')).toBeNull()
  expect(app.maybe('p12.list')).toBeNull()
  expect(app.text('p12.no_map')).toContain('没有这一格的边界和位置')
  expect(app.text('p12.order')).toContain('13 个')
  expect(rows()[0]).toContain('没有位置')
})

test('points alone make a map, and nothing at all is told', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  const map = await engine.gridMap()
  map.own.border = []
  map.neighbours = []
  engine.gridMap = async () => map
  const app = await openApp('/map', { engine })
  expect(drawn()).toBe(12)
  expect(app.maybe('p12.stage')).not.toBeNull()
  const empty = await openApp('/map', { scenario: 'empty' })
  expect(empty.page()).toContain('本格还没有能画的东西')
})

test('without a position nobody is located, and the list keeps its own order', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  engine.position = async () => ({ state: 'unavailable', position: null })
  const app = await openApp('/map', { engine })
  expect(app.get('p12.locate').hasAttribute('disabled')).toBe(true)
  expect(app.maybe('p12.me')).toBeNull()
  expect(app.text('p12.words')).toContain('没有定位')
  await app.tap('p12.list')
  expect(app.text('p12.order')).toContain('急的在前')
  expect(rows()[0]).toContain('井盖松动')
})

test('a year of cases is a few numbers, none of them lost', async () => {
  const app = await openApp('/map', { scenario: 'many' })
  const open = Number(/\d+/.exec(app.text('p12.layer.case'))?.[0])
  expect(open).toBeGreaterThan(1000)
  expect(pins().length).toBeLessThan(60)
  expect(drawn()).toBe(open + 3 + 3)
  const crowd = pins().find((pin) => pin.tagName === 'BUTTON')
  crowd?.click()
  await flushPromises()
  expect(rows()).toHaveLength(30)
  expect(app.text('p12.more_here')).toMatch(/另有 \d+ 个/)
})

test('the map follows a case that changes', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  const before = drawn()
  const [first] = app.engine.world.cases
  if (first) first.row.work = 'closed'
  app.engine.tell(['cases'])
  await flushPromises()
  expect(drawn()).toBe(before - 1)
})

test('the legend has a letter for every state', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  await app.tap('p12.legend')
  const letters = [...document.querySelectorAll('.legend .pin-face--case .pin-face__letter')]
  const words = letters.map((letter) => letter.textContent)
  expect(words).toHaveLength(9)
  expect(new Set(words).size).toBe(9)
  expect(app.text('p12.drawn_from')).toContain('没有居民')
})

test('the list is sorted anew after some steps, not after each measurement', async () => {
  vi.useFakeTimers()
  const engine = new FakeEngine({ scenario: 'offline' })
  let lat = 39.8964
  engine.position = async () => ({
    state: 'fixed',
    position: { lon: 116.4344, lat, accuracy_m: 5, source: 'gnss', at: 0 },
  })
  const app = await openApp('/map', { engine })
  await app.tap('p12.list')
  const before = rows()
  lat += 0.00005
  await vi.advanceTimersByTimeAsync(2500)
  expect(rows()).toEqual(before)
  lat = 39.8992
  await vi.advanceTimersByTimeAsync(2500)
  expect(rows()[0]).not.toBe(before[0])
})

test('a finger draws the picture along, and what it ends on is not opened', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  await app.tap('p12.closer')
  await app.tap('p12.closer')
  const stage = app.get('p12.stage')
  stage.setPointerCapture = vi.fn()
  const left = () => parseFloat(pins()[0]?.style.left ?? '')
  const before = left()
  const point = (type: string, clientX: number) =>
    new PointerEvent(type, { clientX, clientY: 50, pointerId: 1, isPrimary: true, bubbles: true })
  stage.dispatchEvent(point('pointerdown', 100))
  stage.dispatchEvent(point('pointermove', 120))
  stage.dispatchEvent(point('pointerup', 120))
  app.get('p12.pin.case.c-cover').click()
  await flushPromises()
  expect(left()).toBeCloseTo(before + 20, 5)
  expect(app.maybe('p12.here')).toBeNull()
  app.get('p12.pin.case.c-cover').click()
  await flushPromises()
  expect(app.maybe('p12.here')).not.toBeNull()
})

test('the report leads to the map with its place in the middle, and back with the draft', async () => {
  const app = await openApp('/report', { scenario: 'offline' })
  await app.type('p7.note', '楼口积水')
  await app.shoot()
  const place = app.text('p7.place')
  await app.tap('p7.map')
  expect(app.route()).toBe('map')
  const { left, top } = app.get('p12.mark').style
  expect([parseFloat(left), parseFloat(top)]).toEqual([164, 160])
  expect(app.text('p12.to_mark')).toContain('就在这里')
  expect(place).toContain(app.text('p12.to_mark').split(' · ')[0] ?? '?')

  await app.tap('p12.right')
  await app.tap('p12.right')
  expect(parseFloat(app.get('p12.mark').style.left)).toBeCloseTo(-164, 5)
  await app.tap('p12.to_mark')
  expect(parseFloat(app.get('p12.mark').style.left)).toBeCloseTo(164, 5)

  app.router.back()
  await flushPromises()
  expect(app.route()).toBe('report')
  expect((app.control('p7.note') as HTMLTextAreaElement).value).toBe('楼口积水')
  expect(document.querySelectorAll('.photo-row__photo')).toHaveLength(1)
})

test('while aiming, the map is one tap away, and the camera opens again after it', async () => {
  const camera = new TestCamera()
  const app = await openApp('/report', { scenario: 'offline', camera })
  await app.tap('p6.map')
  expect(app.route()).toBe('map')
  expect(camera.running).toBe(0)
  app.get('p12.mark')
  app.router.back()
  await flushPromises()
  app.get('p6.camera')
  expect(camera.running).toBe(1)
})

test('a case leads to its place on the map, whatever layer and look were chosen before', async () => {
  const app = await openApp('/map', { scenario: 'offline' })
  await app.tap('p12.list')
  await app.tap('p12.layer.case')
  await app.router.push('/cases/c-cover')
  await flushPromises()
  await app.tap('p10.map')
  expect(app.text('p12.to_mark')).toContain('忠实里南街 1 号楼 3 单元')
  expect(app.get('p12.mark').style.left).toBe('164px')
  await app.tap('p12.list')
  expect(app.maybe('p12.mark')).toBeNull()
  expect(app.text('p12.to_mark')).toContain('忠实里南街 1 号楼 3 单元')
  await app.router.push('/')
  await app.tap('map')
  expect(app.maybe('p12.to_mark')).toBeNull()
  expect(app.maybe('p12.stage')).toBeNull()
})

test('a case without a position leads to no map', async () => {
  const engine = new FakeEngine({ scenario: 'offline' })
  const [first] = engine.world.cases
  if (first) first.position = null
  const app = await openApp(`/cases/${first?.row.id ?? ''}`, { engine })
  app.get('p10.next')
  expect(app.maybe('p10.map')).toBeNull()
})

test.each(['lon=200&lat=39.9', 'lon=116.4&lat=x', 'place=a'])(
  'a path that names no place (%s) shows the usual map',
  async (query) => {
    const app = await openApp(`/map?${query}`, { scenario: 'offline' })
    app.get('p12.stage')
    expect(app.maybe('p12.mark')).toBeNull()
  },
)
