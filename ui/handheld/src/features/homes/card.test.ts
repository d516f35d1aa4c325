import { flushPromises } from '@vue/test-utils'
import { describe, expect, test, vi } from 'vitest'
import { openApp } from '../../test/app'

const inCard = <T extends HTMLElement>(contact: string, id: string) =>
  document.querySelector<T>(`[data-testid="p14.contact.${contact}"] [data-testid="${id}"]`)

describe('the card', () => {
  test('shows what the work needs, and nothing else', async () => {
    const app = await openApp('/homes/card/h-zhang')
    const page = app.page()
    for (const needed of [
      '张先生家',
      '3 人',
      '张伟',
      '990****2210',
      '送餐',
      '中午一份',
      '18 点以后',
    ]) {
      expect(page).toContain(needed)
    }
    expect(page).not.toContain('99012342210')
    expect(document.documentElement.outerHTML).not.toContain('99012342210')
    expect(page).not.toContain('希望楼门口修坡道')
    await app.tap('p14.visits_all')
    expect(app.page()).toContain('希望楼门口修坡道')
  })

  test('a number is shown by one tap on a purpose, logged, and hidden again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const app = await openApp('/homes/card/h-zhang')
    await app.tap('p14.reveal.verify')
    await flushPromises()
    expect(inCard('p-zhang', 'p14.number')?.textContent?.trim()).toBe('99012342210')
    expect(inCard<HTMLAnchorElement>('p-zhang', 'p14.number')?.getAttribute('href')).toBe(
      'tel:99012342210',
    )
    expect(inCard('p-wang', 'p14.number')).toBeNull()
    expect(app.engine.log).toMatchObject([{ record: 'p-zhang', purpose: 'verify' }])
    expect(app.text('p14.access')).toContain('1')
    vi.advanceTimersByTime(60_000)
    await flushPromises()
    expect(inCard('p-zhang', 'p14.number')).toBeNull()
    expect(inCard('p-zhang', 'p14.masked')?.textContent?.trim()).toBe('990****2210')
  })

  test('a number is hidden as soon as the screen is', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await app.tap('p14.reveal.visit')
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    document.dispatchEvent(new Event('visibilitychange'))
    await flushPromises()
    hidden.mockRestore()
    expect(inCard('p-zhang', 'p14.number')).toBeNull()
  })

  test('calling asks whom and why, and shows the number large', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await app.tap('p14.call')
    await app.tap('call.reveal.case')
    expect(app.text('call.number')).toBe('99012342210')
    expect(app.engine.log).toHaveLength(1)
  })

  test('who looked is listed with purpose', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await app.tap('p14.reveal.emergency')
    await app.tap('p14.access')
    expect(app.text('access.row')).toContain('王岳')
    expect(app.text('access.row')).toContain('应急')
  })

  test('cases that came of visits stand on the card', async () => {
    const app = await openApp('/homes/card/h-zhang')
    expect(app.text('p14.cases')).toContain('坡道破损')
    expect(app.maybe('case.W8C-27D')).not.toBeNull()
  })

  test('a service ends at the second tap', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await app.tap('p14.end')
    await app.tap('p14.end_sure')
    expect(app.text('p14.services')).toContain('没有登记服务')
    expect(app.text('kept')).toContain('已存本机')
  })

  test('a household that is gone says so', async () => {
    const app = await openApp('/homes/card/h-nobody')
    expect(app.page()).toContain('本机没有这一件')
    expect(app.maybe('p14.change')).toBeNull()
  })
})
