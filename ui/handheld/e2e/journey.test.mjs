// A grid assistant's story in the real window, against three real servers: once in Chinese, once in English.
// Screenshots of every step go to target/e2e/shots; somebody looks at them after a change of the screens.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { prepare, stepsOf } from './support/journey.mjs'
import { registerSteps } from './support/register.mjs'
import { until } from './support/wait.mjs'

const SECRET = 'north gate lamp 36'
const CATEGORY = '06052'

/** In the page: whether a line of the border and a pin lie within the map's picture. */
const PINS_DRAWN = `
  const stage = document.querySelector('.map-stage').getBoundingClientRect()
  const isInside = (one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect()
    return right > stage.left && left < stage.right && bottom > stage.top && top < stage.bottom
  }
  return [...document.querySelectorAll('.map-pin')].some(isInside)
    && isInside(document.querySelector('.map-base__border'))`

const told = {
  'zh-CN': {
    note: '36号楼门口没有坡道，老人下不了台阶',
    about: '王先生占道摆摊，电话 13800001111',
    category: '无障碍坡道缺失或破损',
    unit: '东直门街道残联',
  },
  en: {
    note: 'No ramp at building 36: an old man cannot get down the steps',
    about: 'Mr Wang blocks the path, phone 13800001111',
    category: 'Ramp missing or damaged',
    unit: "Disabled Persons' Federation",
  },
}

// Two handhelds, each with a town of its own: a window waits for most of the time.
describe('the story of the ramp', { concurrency: 2 }, () => {
  for (const language of ['zh-CN', 'en']) {
    test(`in ${language}`, { timeout: 420_000 }, async (t) => {
      const journey = await prepare(language)
      t.after(() => journey.close())
      const step = stepsOf(t, journey)
      const { words, town } = journey
      const mine = told[language]
      const see = (key, params) => journey.window.sees(words(key, params))
      let code
      let id

      /** Ends the program in the middle of what it does, and starts it again: it is locked. */
      async function dieAndComeBack() {
        await journey.window.kill()
        await journey.open()
        await journey.window.find('p4.secret')
      }

      async function unlock() {
        await journey.window.type('p4.secret', SECRET)
        await journey.window.tap('p4.unlock')
        await journey.window.find('tabs.today')
      }

      /** The names of the photos in the draft of a report, as the engine keeps it. */
      async function photosOfDraft() {
        const draft = await journey.window.ask('load_draft', { name: 'report' })
        return JSON.parse(draft).photos.map((photo) => photo.hash)
      }

      await step('the window opens and asks for a ticket', async () => {
        await journey.open()
        await journey.window.find('p1.ticket')
        if (language === 'en') await journey.window.tap('language')
        await see('bind.title')
        await journey.shot('bind')
      })

      await step('what is no ticket is told so', async () => {
        await journey.window.type('p1.ticket', 'hello')
        await journey.window.tap('p1.next')
        await see('error.ticket_malformed')
        await journey.shot('bind-wrong')
      })

      await step('a ticket that was used already is told so', async () => {
        await journey.window.type('p1.ticket', town.spent_ticket)
        await journey.window.tap('p1.next')
        await journey.window.type('p2.secret', SECRET)
        await journey.window.type('p2.again', SECRET)
        await journey.window.tap('p2.read')
        await journey.window.tap('p2.bind')
        await see('bind_reason.spent')
        await journey.shot('bind-spent')
        await journey.window.tap('p2.cancel')
        await journey.window.find('p1.ticket')
      })

      await step('a passphrase that is short, or typed in two ways, is not taken', async () => {
        const { ticket } = await town.order('ticket', '0417')
        await journey.window.type('p1.ticket', ticket)
        await journey.window.tap('p1.next')
        await journey.window.type('p2.secret', 'lamp')
        await journey.window.type('p2.again', 'lamp')
        await journey.window.tap('p2.read')
        assert.equal(await (await journey.window.find('p2.bind')).isEnabled(), false)
        await journey.window.type('p2.secret', SECRET)
        await journey.window.type('p2.again', 'south gate')
        await see('bind.differs')
        await journey.shot('secret-differs')
      })

      await step('the handheld is bound and the administrator compares the digits', async () => {
        await journey.window.type('p2.again', SECRET)
        await journey.shot('secret')
        await journey.window.tap('p2.bind')
        await until(
          'the next screen',
          async () =>
            (await journey.window.has('p2.check_code')) || (await journey.window.has('p3.start')),
        )
        if (await journey.window.has('p2.check_code')) {
          const digits = await (await journey.window.find('p2.check_code')).getText()
          await journey.shot('confirm')
          await town.order('confirm', digits.replaceAll(/\D/g, ''))
        }
      })

      await step('the first data arrive', async () => {
        const start = await journey.window.find('p3.start')
        await until('the first data', () => start.isEnabled())
        await journey.shot('first-sync')
        await journey.window.tap('p3.start')
        await see('today.empty')
        await journey.shot('today-empty')
      })

      await step('the line is cut: the strip says so and nothing is in the way', async () => {
        await town.order('cut', 'community')
        await journey.window.tap('strip')
        await journey.window.tap('p15.try')
        await see('strip.server_down')
        await journey.shot('outbox-offline')
        await journey.window.tap('page.back')
        await journey.window.find('tabs.report')
      })

      const registerStays = await registerSteps({ step, journey, language })

      await step('without a camera the report says so, and offers a file and reasons', async () => {
        await journey.window.tap('tabs.report')
        await see('camera.missing')
        await journey.window.find('photo.input')
        await journey.shot('report-no-camera')
      })

      await step('a report without anything is shown what it lacks', async () => {
        await journey.window.tap('p7.save')
        await see('no_photo.ask')
        await see('report.category_missing')
        await journey.shot('report-missing')
      })

      await step('words about a person get a hint, with whom to call instead', async () => {
        await journey.window.type('p7.note', mine.about)
        await journey.window.sees(words('text_hint.person'), 'p7.note.hints')
        await journey.window.sees(words('text_hint.telephone'), 'p7.note.hints')
        await journey.window.scroll('end')
        await journey.shot('report-hint')
        await journey.window.scroll('start')
      })

      await step('a file that is no photo is told so', async () => {
        await journey.window.photo(town.pictures.words)
        await see('error.photo_unreadable')
        await journey.shot('report-no-photo')
      })

      await step('photo, position, category and words are taken', async () => {
        await journey.window.photo(town.pictures.before)
        await journey.window.paints('.photo-row__photo img', 1)
        await until('a position', async () => {
          const { position } = await journey.window.ask('position')
          return position !== null
        })
        await journey.window.find('p7.category_more')
        await journey.window.tap('p7.category_more')
        await journey.window.tap(`p7.category.${CATEGORY}`)
        await journey.window.type('p7.note', mine.note)
        await journey.window.scroll('start')
        await journey.shot('report-filled')
        await journey.window.scroll('end')
        await journey.shot('report-filled-end')
      })

      await step('a face is blackened in the picture, and the open one is gone', async () => {
        const [before] = await photosOfDraft()
        await journey.window.scroll('start')
        await journey.window.tap('photo.cover.0')
        await journey.window.paints('.blacken__stage img', 1)
        await journey.window.drag('blacken.stage', [0.1, 0.1], [0.4, 0.5])
        await journey.window.tap('blacken.add')
        await journey.window.tap('blacken.left')
        await journey.shot('blacken')
        await journey.window.tap('blacken.save')
        await journey.window.gone('blacken.save')
        await until(
          'the other photo in the draft',
          async () => (await photosOfDraft())[0] !== before,
        )
        await journey.window.paints('.photo-row__photo img', 1)
        const again = { hash: before, areas: [{ left: 0, top: 0, width: 9, height: 9 }] }
        const { error } = await journey.window.ask('blacken_photo', { input: again })
        assert.equal(error.code, 'not_found')
        await journey.shot('blackened')
      })

      await step('the program is killed in the middle of the draft', async () => {
        await until('the draft on the device', async () => {
          const draft = await journey.window.ask('load_draft', { name: 'report' })
          return draft?.includes(mine.note)
        })
        await dieAndComeBack()
      })

      await step('a wrong passphrase is told so', async () => {
        await journey.window.type('p4.secret', 'south gate lamp 36')
        await journey.window.tap('p4.unlock')
        await until('the words', async () => {
          const text = await journey.window.text()
          return [9, 4].some((left) => text.includes(words('error.secret_wrong_left', { left })))
        })
        await journey.shot('lock-wrong')
      })

      await step('the draft is still there', async () => {
        await unlock()
        await journey.window.tap('tabs.report')
        await journey.window.paints('.photo-row__photo img', 1)
        const [note] = await journey.window.property('[data-testid="p7.note"] textarea', 'value')
        assert.equal(note, mine.note)
        const [chosen] = await journey.window.property(
          `[data-testid="p7.category.${CATEGORY}"] input`,
          'checked',
        )
        assert.equal(chosen, true)
        await journey.shot('draft-again')
      })

      await step('another place is chosen from the doors of the grid', async () => {
        await journey.window.tap('p7.place')
        const [, { name }] = journey.town.doors
        await journey.window.type('p7.place_words', name.slice(0, -2))
        await journey.window.sees(name)
        await journey.shot('place')
        const [door] = await journey.window.property('.place-sheet__list [data-testid]', 'dataset')
        await journey.window.tap(door.testid)
        await journey.window.sees(name, 'p7.place')
      })

      await step('the report is saved on the device', async () => {
        await journey.window.tap('p7.save')
        code = await (await journey.window.find('p8.code')).getText()
        await journey.window.sees(words('saved.on_device', { time: '' }).trim(), 'p8.card')
        await journey.shot('saved')
      })

      await step('the program is killed after the save: nothing is lost', async () => {
        await dieAndComeBack()
        await see('lock.waiting', { n: 1 })
        await journey.shot('lock')
        await unlock()
        await journey.window.find(`case.${code}`)
        await registerStays()
        await journey.shot('today-waiting')
      })

      await step('the outbox says what waits and why', async () => {
        await journey.window.tap('strip')
        await journey.window.find(`p15.item.${code}`)
        await journey.shot('outbox')
      })

      await step('the end-of-shift check says what the community does not have', async () => {
        await journey.window.tap('p15.shift')
        await journey.window.find(`p15.item.${code}`)
        const { items, register_count } = await journey.window.ask('outbox')
        const n = items.length + register_count
        await journey.window.sees(words('shift.missing', { n }), 'h10.answer')
        await journey.window.find('h10.photos')
        await journey.shot('shift-missing')
        await journey.window.tap('page.back')
        await journey.window.tap('page.back')
        await journey.window.find('tabs.today')
      })

      /** Waits until the rings of the open case say so, from the device up. */
      async function rings(...states) {
        const seen = () =>
          journey.window
            .property('.receipt-chain__level', 'dataset')
            .then((levels) => levels.map(({ state }) => state).join(' '))
        await until(`the rings ${states}`, async () => (await seen()) === states.join(' '), 30_000)
      }

      await step('the line is back: the community has it', async () => {
        await journey.window.tap(`case.${code}`)
        await rings('received', 'not_yet', 'not_yet', 'not_yet')
        await journey.shot('case-waiting')
        await town.order('restore', 'community')
        ;({ case: id } = await town.order('find', code))
        await rings('received', 'received', 'not_yet', 'not_yet')
        await see('photo.delivered')
        await journey.shot('case-community')
      })

      await step('the community files it', async () => {
        await town.order('file', id)
        await journey.window.sees(words('work.filed'), 'p10.work')
      })

      await step('the community passes it up: the street has it and names the unit', async () => {
        await town.order('escalate', id)
        await journey.window.sees(words('work.dispatched'), 'p10.work')
        await rings('received', 'received', 'received', 'not_needed')
        await journey.window.sees(mine.unit)
        await journey.shot('case-street')
      })

      await step('a photo is seen large, and asking for the case to go up is offered', async () => {
        await journey.window.tap('p10.photo.0')
        await journey.window.paints('.photo-viewer__photo', 1)
        await journey.shot('photo')
        await journey.window.tap('sheet.close')
        await journey.window.gone('sheet.close')
        await journey.window.tap('p10.escalate')
        await see('escalate.what')
        await journey.shot('escalate')
        await journey.window.tap('sheet.close')
        await journey.window.gone('sheet.close')
      })

      await step('the map shows the grid and the case, and so does its list', async () => {
        await journey.window.tap('page.back')
        await journey.window.tap('map')
        await journey.window.find('p12.stage')
        const map = await journey.window.ask('grid_map')
        const here = map.cases.find((one) => one.code === code)
        assert.ok(here.at, 'the case has a place')
        assert.ok(map.own.border[0].length > 3, 'the grid has a border')
        assert.ok(map.neighbours.length > 0, 'other grids lie around it')
        await until('a pin', () => journey.window.run(PINS_DRAWN))
        await until('a position', async () => (await journey.window.find('p12.locate')).isEnabled())
        await journey.shot('map')
        await journey.window.tap('p12.locate')
        for (let tap = 0; tap < 3; tap += 1) await journey.window.tap('p12.closer')
        await journey.window.find('p12.right')
        await journey.window.drag('p12.stage', [0.8, 0.8], [0.2, 0.6])
        await journey.window.find('p12.left')
        await journey.window.tap('p12.locate')
        await journey.window.tap('p12.layer.place')
        await journey.shot('map-closer')
        await journey.window.tap('p12.legend')
        await see('map.drawn_from')
        await journey.shot('map-legend')
        await journey.window.tap('sheet.close')
        await journey.window.gone('sheet.close')
        await journey.window.tap('p12.layer.place')
        await journey.window.tap('p12.list')
        await journey.window.find(`p12.row.case.${here.id}`)
        await journey.shot('map-list')
        await journey.window.tap(`p12.row.case.${here.id}`)
        await see('chain.title')
        await journey.window.tap('page.back')
        await journey.window.tap('p12.list')
        await journey.window.find('p12.stage')
        await journey.window.tap('page.back')
        await journey.window.tap(`case.${code}`)
        await see('chain.title')
      })

      await step('the unit acknowledges and reports what it did', async () => {
        await town.order('acknowledge', id)
        await journey.window.sees(words('work.handling'), 'p10.work')
        await town.order('result', id)
        await journey.window.sees(words('work.checking'), 'p10.work')
        await see('case.task_check')
        await journey.shot('case-checking')
      })

      await step('the check is among the tasks of today', async () => {
        await journey.window.tap('page.back')
        await journey.window.find(`p5.task.${code}`)
        await journey.shot('today-task')
      })

      await step('the photo of the result is fetched and shown beside the old one', async () => {
        await journey.window.tap(`p5.task.${code}`)
        await journey.window.paints('.check-task img', 2)
        await journey.shot('check')
      })

      await step('a check without a photo is shown what it lacks', async () => {
        await journey.window.tap('p11.pass')
        await see('check.photo_missing')
        await journey.window.photo(town.pictures.check)
        await journey.window.paints('.photo-row__photo img', 1)
        await journey.window.tap('p11.condition')
        await journey.shot('check-filled')
      })

      await step('the check is saved and sent', async () => {
        await journey.window.tap('p11.pass')
        await journey.window.find('p8.card')
        await journey.shot('check-saved')
        await journey.window.tap(`case.${code}`)
        await journey.window.sees(words('work.feedback'), 'p10.work')
      })

      await step('the street closes the case: receipts and history are right', async () => {
        await town.order('close', id)
        await journey.window.sees(words('work.closed'), 'p10.work')
        await rings('received', 'received', 'received', 'not_needed')
        await journey.shot('case-closed')
        if (await journey.window.has('p10.timeline_all')) {
          await journey.window.tap('p10.timeline_all')
        }
        const done = await journey.window.property('.timeline-line__what', 'innerText')
        const expected = [
          'event.close',
          'event.check_pass',
          'event.submit_result',
          'event.acknowledge',
          'event.dispatch',
          'event.escalate',
          'event.file',
          'event.report',
        ]
        // What was done last stands first. The street's table dispatches and asks for the check by itself.
        const order = expected.map((key) => {
          const [start, ...values] = words(key).split('{')
          return done.findIndex((line) =>
            values.length > 0 ? line.startsWith(start) : line === start,
          )
        })
        assert.ok(!order.includes(-1), `missing in ${done.join(' | ')}: ${order}`)
        assert.deepEqual(
          order,
          [...order].sort((a, b) => a - b),
          done.join(' | '),
        )
        await journey.window.scroll('end')
        await journey.shot('case-closed-history')
      })

      await step("a day on duty: where to go, what was covered, one's own track", async () => {
        await journey.window.tap('page.back')
        await journey.window.tap('tabs.today')
        await journey.window.tap('tabs.me')
        await journey.window.tap('p19.track')
        await journey.window.tap('track.choice.on')
        await until('the choice', async () => (await journey.window.ask('track')).choice === 'on')
        await journey.shot('track-on')
        await journey.window.tap('page.back')
        await journey.window.tap('tabs.today')
        journey.window.taps = 0
        await journey.window.tap('p5.duty_switch')
        await journey.window.find('p5.patrol')
        assert.equal(journey.window.taps, 1, 'on duty by one tap')
        await until('a shift with its track', async () => {
          const duty = await journey.window.ask('duty')
          return duty.since_at > 0 && duty.is_tracking
        })
        await journey.shot('today-duty')
        await journey.window.tap('p5.patrol')
        await journey.window.find('patrol.coverage')
        await journey.shot('patrol')
        await journey.window.tap('patrol.coverage')
        await journey.window.find('coverage.days.7')
        await journey.shot('coverage')
        await journey.window.tap('page.back')
        await journey.window.tap('page.back')
        await until('a point of the track', async () => {
          const { rows } = await journey.window.ask('track')
          return rows.length > 0
        })
        await journey.window.tap('p5.duty_switch')
        await journey.window.find('summary.when')
        await journey.shot('summary')
        assert.deepEqual(await journey.window.ask('duty'), { since_at: null, is_tracking: false })
        const { rows } = await journey.window.ask('track')
        assert.equal(rows.length, 1)
        assert.ok(rows[0].ended_at >= rows[0].started_at)
        await journey.window.tap('page.back')
      })

      await step('what others did with the case is told once', async () => {
        await journey.window.tap('tabs.today')
        const told = await journey.window.ask('list_messages')
        const events = told.rows.filter((row) => row.code === code).map((row) => row.event)
        for (const event of ['file', 'dispatch', 'acknowledge', 'submit_result', 'close']) {
          assert.ok(events.includes(event), `${event} is not among ${events}`)
        }
        assert.ok(told.unread_count > 0)
        await journey.window.tap('bell')
        await journey.window.find('p18.all_read')
        await journey.shot('messages')
        const [newest] = told.rows
        await journey.window.tap(`p18.row.${newest.id}`)
        await see('chain.title')
        await journey.window.tap('page.back')
        await journey.window.tap('p18.all_read')
        await until('all read', async () => {
          return (await journey.window.ask('list_messages')).unread_count === 0
        })
        await journey.window.tap('page.back')
      })

      await step('the handheld says what works and what does not', async () => {
        await journey.window.tap('tabs.me')
        await journey.window.tap('p19.help')
        const { findings } = await journey.window.ask('diagnose')
        const state = Object.fromEntries(findings.map((one) => [one.kind, one.state]))
        assert.equal(state.server, 'good')
        assert.equal(state.position, 'good')
        assert.equal(state.damage, 'good')
        await journey.shot('diagnosis')
        await journey.window.tap('page.back')
      })

      await step('the end of the shift: two taps, and the community has everything', async () => {
        await journey.window.tap('tabs.today')
        journey.window.taps = 0
        await journey.window.tap('strip')
        await journey.window.tap('p15.shift')
        await journey.window.sees(words('shift.all'), 'h10.answer')
        assert.equal(journey.window.taps, 2)
        await journey.shot('shift-all')
        await journey.window.tap('page.back')
        await journey.window.tap('page.back')
      })

      await step('the handheld is looked through once more, and locked', async () => {
        await journey.window.tap('tabs.cases')
        await journey.shot('cases')
        await journey.window.tap('p9.filter')
        await journey.shot('cases-filter')
        await journey.window.tap('p9.group.done')
        await journey.window.gone('p9.group.done')
        await journey.window.find(`case.${code}`)
        await journey.window.tap('p9.list.todo')
        await see('cases.empty_group')
        await journey.window.tap('p9.clear')
        await journey.window.tap('p9.list.mine')
        await journey.window.find(`case.${code}`)
        await journey.window.tap('tabs.me')
        await journey.shot('me')
        const looks = async () => {
          const page = await journey.window.run('return { ...document.documentElement.dataset }')
          return [page.text, page.targets, page.hand].join(' ')
        }
        // Each choice moves what lies below it: the next one is tapped where it stands then.
        for (const [choice, expected] of [
          ['text.large', 'large standard right'],
          ['large_targets.on', 'large large right'],
          ['hand.left', 'large large left'],
        ]) {
          await journey.window.tap(`p19.${choice}`)
          await until(`the looks ${expected}`, async () => (await looks()) === expected)
        }
        await dieAndComeBack()
        await unlock()
        assert.equal(await looks(), 'large large left')
        await journey.window.tap('tabs.me')
        await journey.shot('me-left')
        await journey.window.tap('p19.theme.dark')
        await journey.shot('me-dark')
        await journey.window.tap('p19.theme.sunlight')
        await journey.window.tap('tabs.cases')
        await journey.shot('cases-sunlight')
        await journey.window.tap('tabs.me')
        await journey.window.tap('p19.lock')
        await journey.window.find('p4.secret')
      })

      await step('no screen has shown what no screen may have', () => {
        assert.ok(journey.number > 30, 'screens were looked at')
        // One text: a list of them would be shown cut.
        assert.equal(journey.problems.join('\n'), '')
      })
    })
  }
})
