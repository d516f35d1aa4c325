import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { openApp } from '../../test/app'

const page = document.documentElement

test('looks change at once and are kept by the engine', async () => {
  const app = await openApp('/me', { scenario: 'connected' })
  await app.tap('p19.theme.sunlight')
  await app.tap('p19.text.extra_large')
  await app.tap('p19.large_targets.on')
  expect(page.dataset).toMatchObject({
    theme: 'sunlight',
    text: 'extra_large',
    targets: 'large',
  })
  expect(app.engine.world.status.settings).toMatchObject({
    theme: 'sunlight',
    text_size: 'extra_large',
    large_targets: true,
  })
})

test('the language changes every word, also of names', async () => {
  const app = await openApp('/me', { scenario: 'connected' })
  expect(app.page()).toContain('东花市-20格')
  await app.tap('p19.language.en')
  expect(app.page()).toContain('Donghuashi-20')
  expect(app.page()).not.toContain('待发箱')
  expect(page.lang).toBe('en')
})

test('locking is one tap', async () => {
  const app = await openApp('/me', { scenario: 'connected' })
  await app.tap('p19.lock')
  expect(app.maybe('p4.unlock')).not.toBeNull()
})

test('sunlight is one tap from the strip, and one tap back', async () => {
  const app = await openApp('/outbox', { scenario: 'offline' })
  await app.tap('p15.sunlight')
  expect(page.dataset.theme).toBe('sunlight')
  await app.tap('p15.sunlight')
  expect(page.dataset.theme).toBe('light')
})

test('the left hand mirrors at once and is kept', async () => {
  const app = await openApp('/me', { scenario: 'connected' })
  expect(page.dataset.hand).toBe('right')
  await app.tap('p19.hand.left')
  expect(page.dataset.hand).toBe('left')
  expect(app.engine.world.status.settings.hand).toBe('left')
})

test('choices made faster than they are stored are all kept', async () => {
  const app = await openApp('/me', { scenario: 'connected' })
  for (const choice of ['text.large', 'large_targets.on', 'hand.left', 'theme.dark']) {
    app.control(`p19.${choice}`).click()
  }
  await flushPromises()
  expect(app.engine.world.status.settings).toMatchObject({
    text_size: 'large',
    large_targets: true,
    hand: 'left',
    theme: 'dark',
  })
})

test('photos wait for Wi-Fi when the person says so', async () => {
  const app = await openApp('/me', { scenario: 'connected' })
  await app.tap('p19.photos.wifi')
  expect(await app.engine.wifiOnly()).toBe(true)
  expect(app.control('p19.photos.wifi')).toHaveProperty('checked', true)
  await app.tap('p19.photos.any')
  expect(await app.engine.wifiOnly()).toBe(false)
})
