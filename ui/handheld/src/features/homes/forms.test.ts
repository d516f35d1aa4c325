import { flushPromises } from '@vue/test-utils'
import { describe, expect, test } from 'vitest'
import { openApp } from '../../test/app'

type App = Awaited<ReturnType<typeof openApp>>

const home = (app: App, id = 'h-zhang') => app.engine.town.homes.find((one) => one.id === id)
const named = (app: App, form: string) =>
  app.engine.town.homes.find((one) => one.address_form === form)

/** From the card, by the sheet of changes. */
async function change(app: App, form: string): Promise<void> {
  await app.tap('p14.change')
  await app.tap(`change.${form}`)
}

describe('a new household', () => {
  test('form of address is enough; it is on this device at once', async () => {
    const app = await openApp('/homes', { scenario: 'offline' })
    await app.tap('p13.add')
    await app.type('add.called', '2号楼101 钱女士家')
    await app.tap('add.save')
    expect(app.route()).toBe('household')
    expect(app.text('kept')).toContain('已登记住户 · 已存本机')
    expect(named(app, '2号楼101 钱女士家')).toMatchObject({ contacts: [], people_count: null })
  })

  test('a person is saved with consent only', async () => {
    const app = await openApp('/homes/new?dwelling=d-b-2-101&door=2号楼101')
    await app.type('add.called', '钱女士家')
    await app.type('add.people', '2')
    await app.type('person.name', '钱样例')
    await app.type('person.phone', '990 1234-0009')
    await app.tap('add.save')
    expect(app.text('person.consent.missing')).toContain('请先问本人')
    expect(named(app, '钱女士家')).toBeUndefined()
    await app.tap('person.consent.spoken')
    await app.tap('add.save')
    const saved = named(app, '钱女士家')
    expect(saved).toMatchObject({ dwelling: 'd-b-2-101', people_count: 2 })
    const [person] = saved?.contacts ?? []
    expect(person).toMatchObject({ name: '钱样例', phones: [{ number: '99012340009' }] })
    expect(person?.consent).toMatchObject({ purpose: 'register', legal_basis: 'consent' })
    expect(person?.consent.consent).toMatch(/^spoken-\d{8}$/)
    expect(person?.consent.expires_at).toBeGreaterThan(Date.now())
  })

  test('a draft that was left is still there, and gone once it is saved', async () => {
    const app = await openApp('/homes/new')
    await app.type('add.called', '6号楼 孙家')
    await app.type('person.phone', '990')
    await app.router.push('/')
    await flushPromises()
    expect(app.engine.drafts.get('home-add')).toContain('孙家')
    await app.router.push('/homes/new')
    await flushPromises()
    expect((app.control('add.called') as HTMLInputElement).value).toBe('6号楼 孙家')
    expect((app.control('person.phone') as HTMLInputElement).value).toBe('990')
    await app.tap('person.consent.paper')
    await app.tap('add.save')
    expect(app.engine.drafts.has('home-add')).toBe(false)
  })

  test.each([
    ['', '请填写'],
    ['张先生家😀', '请去掉表情符号'],
    ['张\u202e先生家', '看不见的符号'],
    ['<img src=x>', '请去掉 < 和 >'],
    ['家'.repeat(43), '太长了'],
  ])('what cannot be saved is said beside the field and stays: %s', async (text, words) => {
    const app = await openApp('/homes/new')
    await app.type('add.called', text)
    await app.tap('add.save')
    expect(app.text('add.called')).toContain(words)
    expect((app.control('add.called') as HTMLInputElement).value).toBe(text)
    expect(app.route()).toBe('home-add')
    expect(document.querySelector('main img')).toBeNull()
  })

  test('right-to-left letters are a name like any other', async () => {
    const app = await openApp('/homes/new')
    await app.type('add.called', 'بيت أحمد')
    await app.tap('add.save')
    expect(named(app, 'بيت أحمد')).toBeDefined()
    expect(document.querySelector('.household-view__who bdi, h1')?.textContent).toContain('أحمد')
  })
})

describe('changes of a household', () => {
  test('form of address and number of people, with the basis', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await change(app, 'edit')
    await app.type('edit.people', '100')
    await app.tap('edit.save')
    expect(app.text('edit.people')).toContain('0 到 99')
    await app.type('edit.people', '5')
    await app.tap('basis.phone')
    await app.tap('edit.save')
    expect(home(app)).toMatchObject({ people_count: 5, address_form: '张先生家' })
    expect(app.route()).toBe('household')
  })

  test('somebody moves in who is new', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await change(app, 'person-add')
    await app.tap('person.save')
    expect(app.text('person.name')).toContain('请填写')
    await app.type('person.phone', '12')
    await app.tap('person.save')
    expect(app.text('person.phone')).toContain('3 到 20 位数字')
    await app.type('person.phone', '99012340333')
    await app.tap('person.consent.paper')
    await app.tap('person.save')
    expect(home(app)?.contacts).toHaveLength(3)
  })

  test('somebody moves in from another household', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await change(app, 'person-move')
    for (const key of 'ZW') await app.tap(`p13.key.${key}`)
    await app.tap('p13.row.p-zhao')
    await app.tap('person_move.save')
    expect(home(app)?.contacts.map((one) => one.id)).toContain('p-zhao')
    expect(home(app, 'h-zhao')?.contacts).toEqual([])
  })

  test('a household moves to another dwelling', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await change(app, 'move')
    await app.tap('browse.b-2')
    await app.tap('browse.d-b-2-101')
    await app.tap('move.save')
    expect(home(app)?.dwelling).toBe('d-b-2-101')
    expect(app.page()).toContain('2号楼101')
  })

  test('moving out says what ends, and needs a second tap', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await change(app, 'move-out')
    expect(app.page()).toContain('1 项服务今天结束')
    expect(home(app)).toBeDefined()
    await app.tap('move_out.save')
    expect(home(app)).toBeUndefined()
    expect(app.route()).toBe('homes')
    expect(app.text('kept')).toContain('已迁出')
  })

  test('a split needs somebody who leaves; the name is proposed', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await change(app, 'split')
    await app.tap('split.save')
    expect(app.page()).toContain('请至少选一个人')
    app.get('split.p-wang').click()
    await flushPromises()
    await app.tap('split.save')
    expect(named(app, '王芳家')).toMatchObject({ dwelling: 'd-e-1-3-501', people_count: 1 })
    expect(home(app)?.contacts).toHaveLength(1)
    expect(app.page()).toContain('王芳家')
  })

  test('two households become one; the other card is shown then', async () => {
    const app = await openApp('/homes/card/h-zhao')
    await change(app, 'join')
    for (const key of 'ZW') await app.tap(`p13.key.${key}`)
    await app.tap('p13.row.p-zhang')
    expect((app.control('join.people') as HTMLInputElement).value).toBe('5')
    await app.tap('join.save')
    expect(home(app, 'h-zhao')).toBeUndefined()
    expect(home(app)).toMatchObject({ people_count: 5 })
    expect(app.page()).toContain('赵文')
  })
})

describe('numbers and people', () => {
  test('a number is corrected in two taps from the card', async () => {
    const app = await openApp('/homes/card/h-zhang', { scenario: 'offline' })
    await app.tap('p14.edit_phone')
    await app.type('phone.number', '99012349999')
    await app.tap('phone.save')
    expect(home(app)?.contacts[0]?.phones).toMatchObject([{ number: '99012349999' }])
    expect(app.text('kept')).toContain('电话已改')
    expect(app.page()).toContain('990****9999')
    expect(app.text('strip.waiting')).toContain('2')
    await app.tap('strip')
    expect(app.text('p15.register')).toBe('住户资料 1 条，已存本机，等待发送')
  })

  test.each(['', '12', '电话', '1'.repeat(21), '990😀12', '\u202e99012', '<b>990</b>'])(
    'what is no number stays in the field: %s',
    async (text) => {
      const app = await openApp('/homes/card/h-zhang')
      await app.tap('p14.edit_phone')
      await app.type('phone.number', text)
      await app.tap('phone.save')
      expect(app.text('phone.number')).toMatch(/请填写|3 到 20 位数字/)
      expect((app.control('phone.number') as HTMLInputElement).value).toBe(text)
      expect(home(app)?.contacts[0]?.phones).toMatchObject([{ number: '99012342210' }])
    },
  )

  test('a number more, and a number less', async () => {
    const app = await openApp('/homes/card/h-zhao')
    await app.tap('p14.add_phone')
    await app.type('phone.number', '+86 990 1111 2222')
    await app.tap('phone.save')
    expect(home(app, 'h-zhao')?.contacts[0]?.phones).toMatchObject([{ number: '+8699011112222' }])
    await app.tap('p14.edit_phone')
    await app.tap('phone.remove')
    await app.tap('phone.remove_sure')
    expect(home(app, 'h-zhao')?.contacts[0]?.phones).toEqual([])
  })

  test("a stranger's number is forgotten for good", async () => {
    const app = await openApp('/homes/card/h-zhang')
    await app.tap('p14.edit_phone')
    await app.type('phone.number', '99012349999')
    app.get('phone.forget').click()
    await flushPromises()
    await app.tap('phone.save')
    expect(home(app)?.contacts[0]?.id).not.toBe('p-zhang')
  })

  test('name and hours of a person', async () => {
    const app = await openApp('/homes/card/h-zhang')
    await app.tap('p14.edit_person')
    await app.type('person.hours', '')
    await app.type('person.name', '张样例')
    await app.tap('person.consent.spoken')
    await app.tap('person.save')
    expect(home(app)?.contacts[0]).toMatchObject({ name: '张样例', hours: null })
  })
})

test('a number that is not there any more is not corrected by mistake', async () => {
  const app = await openApp('/homes/card/h-zhang/phone/p-zhang/gone:7')
  expect(app.page()).toContain('这个号码已经改过了')
  expect(app.maybe('phone.save')).toBeNull()
})

test('a service is saved with what is wanted, for how long, and by consent', async () => {
  const app = await openApp('/homes/card/h-zhao', { scenario: 'offline' })
  await app.tap('p14.enrol')
  await app.tap('enrol.save')
  expect(app.page()).toContain('请选一项服务')
  expect(app.text('enrol.consent.missing')).toContain('请先问本人')
  await app.tap('enrol.service.repair')
  await app.type('enrol.need', '修一下门锁')
  await app.tap('enrol.term.quarter')
  await app.tap('enrol.consent.spoken')
  await app.tap('enrol.save')
  const [service] = home(app, 'h-zhao')?.enrolments ?? []
  expect(service).toMatchObject({ service: 'repair', need: '修一下门锁', contact: 'p-zhao' })
  expect(service?.consent.purpose).toBe('enrolment')
  const days = ((service?.consent.expires_at ?? 0) - Date.now()) / 86_400_000
  expect(Math.round(days)).toBe(91)
  expect(app.page()).toContain('小修')
})
