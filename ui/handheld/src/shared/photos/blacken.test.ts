import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import type { BlackenInput } from '@linli/ui-shared'
import { ApiError } from '../../api'
import { openApp } from '../../test/app'

/** A form with one photo, opened for covering; what the engine is asked is noted. */
async function openPhoto() {
  const app = await openApp('/report', { scenario: 'offline' })
  const asked: BlackenInput[] = []
  const works = app.engine.blackenPhoto
  app.engine.blackenPhoto = (input) => {
    asked.push(structuredClone({ ...input, areas: input.areas.map((area) => ({ ...area })) }))
    return works(input)
  }
  await app.shoot()
  await app.tap('photo.cover.0')
  return { app, asked }
}

test('with buttons alone: a part is added, moved, widened, and burnt in', async () => {
  const { app, asked } = await openPhoto()
  expect((app.get('blacken.save') as HTMLButtonElement).disabled).toBe(true)
  await app.tap('blacken.add')
  await app.tap('blacken.left')
  await app.tap('blacken.up')
  await app.tap('blacken.wider')
  await app.tap('blacken.save')
  expect(asked).toEqual([
    { hash: 'photo-1', areas: [{ left: 300, top: 325, width: 350, height: 300 }] },
  ])
  expect(app.maybe('blacken.save'), 'it closes').toBeNull()

  await app.tap('p7.category.06003')
  await app.tap('p7.save')
  expect(app.engine.world.cases[0]?.photos.map((photo) => photo.hash)).toEqual(['photo-2'])
})

test('with a finger: a stroke covers what lies under it; a tap chooses, remove takes away', async () => {
  const { app, asked } = await openPhoto()
  const stage = app.get('blacken.stage')
  vi.spyOn(stage, 'getBoundingClientRect').mockReturnValue(new DOMRect(10, 20, 200, 100))
  async function stroke(...points: [number, number][]): Promise<void> {
    const [first, ...rest] = points
    const at = ([clientX, clientY]: [number, number]) => ({ clientX, clientY, isPrimary: true })
    if (first) stage.dispatchEvent(new PointerEvent('pointerdown', at(first)))
    for (const point of rest) stage.dispatchEvent(new PointerEvent('pointermove', at(point)))
    const last = points.at(-1)
    if (last) stage.dispatchEvent(new PointerEvent('pointerup', at(last)))
    await flushPromises()
  }
  await stroke([30, 30], [60, 50], [110, 70])
  await stroke([150, 80], [190, 110])
  await stroke([50, 50])
  await app.tap('blacken.remove')
  await app.tap('blacken.save')
  expect(asked[0]?.areas).toEqual([{ left: 700, top: 600, width: 200, height: 300 }])
})

test('a photo that cannot be covered any more stays, and the reason is said', async () => {
  const { app } = await openPhoto()
  app.engine.blackenPhoto = async () => {
    throw new ApiError({ code: 'refused', params: { reason: 'photo_in_use' } })
  }
  await app.tap('blacken.add')
  await app.tap('blacken.save')
  expect(app.page()).toContain('照片已随案件存好，不能再改')
  expect(document.querySelectorAll('.photo-row__photo')).toHaveLength(1)
})

test('closing covers nothing', async () => {
  const { app, asked } = await openPhoto()
  await app.tap('blacken.add')
  await app.tap('sheet.close')
  expect(asked).toEqual([])
  expect(app.maybe('blacken.save')).toBeNull()
})
