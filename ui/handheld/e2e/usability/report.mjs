// U1 and U2 (H1): a hazard is reported, with everything and with nearly nothing.
import assert from 'node:assert/strict'
import { openReceiver } from '../support/receiver.mjs'
import { until } from '../support/wait.mjs'

const MOST_TAPS = 4
/** 井盖. */
const COVER = '01001'

/** U1: offline, four taps, and the program is killed after the save. */
export async function report(day) {
  const { step, town } = day
  let code

  await step('U1: a hazard is reported offline in four taps', async () => {
    await town.order('cut', 'community')
    await until('a position', async () => (await day.ask('position')).position !== null)
    await day.within('U1 report', MOST_TAPS, async () => {
      await day.window.tap('tabs.report')
      await day.shoot()
      await day.window.tap(`p7.category.${COVER}`)
      const chip = await day.window.tapUntil('p7.save', 'p8.card')
      return { 'chip ms': Math.round(chip) }
    })
    code = await (await day.window.find('p8.code')).getText()
    await day.see('saved.on_device', { time: '' })
    await day.shot('u01-saved')
  })

  await step('U1: killed, everything of it is there', async () => {
    await day.dieAndUnlock({ hasCamera: true })
    await day.window.find(`case.${code}`)
    assert.equal(await day.window.has('van-dialog'), false)
    const { id, category, delivery } = await day.row(code)
    assert.equal(category.code, COVER)
    assert.equal(delivery.state, 'waiting')
    const detail = await day.ask('find_case', { id })
    assert.equal(detail.photos.length, 1)
    assert.equal(detail.position.source, 'gnss')
    assert.ok(Math.abs(detail.row.reported_at - day.clock.now()) < 120_000)
    await day.window.tap(`case.${code}`)
    await day.window.paints('[data-testid="p10.photo.0"] img', 1)
    await day.home()
  })

  await step('U1: the line is back, and the community has it without a tap', async () => {
    day.window.taps = 0
    await town.order('restore', 'community')
    const there = async () => (await day.row(code)).delivery.state === 'community'
    await until('the receipt of the community', there, 120_000)
    assert.equal(day.window.taps, 0)
  })
  return { code: () => code }
}

/** U2: no position, no camera, another grid, a nearly full disk: saved each time. */
export async function reportWithLittle(day) {
  const { step, town, disk } = day

  await step('U2: no position and no camera: a door and a reason do', async () => {
    await town.order('cut', 'community')
    await day.dieAndUnlock({ gpsd: 'off' })
    await day.within('U2 report by words', 9, async () => {
      await day.window.tap('tabs.report')
      await day.see('camera.missing')
      await day.see('place.unavailable')
      await day.window.tap('p7.no_photo.camera_broken')
      await day.window.tap('p7.place')
      const [door] = await day.some('.place-sheet__list [data-testid]')
      await day.window.tap(door.testid)
      await day.choose()
      await day.window.tap('p7.save')
      await day.window.find('p8.code')
    })
    await day.shot('u02-saved-by-words')
  })

  await step('U2: outside the own grid it is saved all the same', async () => {
    const { neighbours } = await day.ask('grid_map')
    const away = await openReceiver(day.folder, middleOf(neighbours[0].border[0]))
    try {
      await day.dieAndUnlock({ gpsd: away.address, hasCamera: true })
      if (disk) disk.leave(60)
      await until('a position', async () => (await day.ask('position')).position !== null)
      await day.window.tap('tabs.report')
      await day.shoot()
      const { grid } = await until('the other grid', async () => {
        const { position } = await day.ask('position')
        const hint = await day.ask('place_hint', { query: { position, category: null } })
        return !hint.is_own_grid && hint
      })
      const name = day.language === 'en' ? grid.name.en : grid.name.zh
      await day.see('place.outside', { grid: name })
      if (disk) {
        const free = Math.floor(disk.free() / 1024 / 1024)
        day.note('U2 room', { 'MiB left': free })
        await day.window.find('photo.little_room')
        await day.shot('u02-little-room')
      }
      await day.choose()
      await day.window.tap('p7.save')
      const code = await (await day.window.find('p8.code')).getText()
      const { id } = await day.row(code)
      const { photos } = await day.ask('find_case', { id })
      assert.equal(photos.length, 1)
      if (disk) disk.clear()
      await day.shot('u02-saved-outside')
    } finally {
      await away.close()
    }
  })

  await step('U2: back in the grid, all of it is there', async () => {
    await day.dieAndUnlock({ hasCamera: true })
    const { items } = await day.ask('outbox')
    assert.equal(items.length, 2)
    await town.order('restore', 'community')
    for (const { code } of items) await day.delivered(code, 'community')
  })
}

/** About the middle of a border. */
function middleOf(border) {
  const sum = border.reduce(([lon, lat], [x, y]) => [lon + x, lat + y], [0, 0])
  const [lon, lat] = sum.map((one) => one / border.length)
  return { lon, lat }
}
