// Ways through the screens on which the program may die, and what must hold afterwards. Each tour writes
// something that nobody else writes, so that it can be counted.
import assert from 'node:assert/strict'
import { EVERYTHING } from './day.mjs'
import { until } from './wait.mjs'

const KEYS = 'ZW'
const ANYWHERE = {
  building: null,
  entrance: null,
  dwelling: null,
  near: null,
  page: { offset: 0, limit: 200 },
}

/** The tours of a day. */
export function toursOf(day) {
  let place = 'nowhere'
  const at = (where) => {
    place = where
  }
  const tours = [reports, visits, households, phones].map((make) => new Tour(day, at, make(day)))
  return {
    all: tours,
    /** How far the last tour had come. */
    place: () => place,

    /** After a death: what was called saved is there once; what was not is a draft, or there once. */
    async check() {
      for (const tour of tours) await tour.check()
    },

    /** The other handheld has the same, by way of the community. */
    async checkElsewhere() {
      await day.other('sync')
      for (const tour of tours) await tour.checkElsewhere()
    },

    counts: () => Object.fromEntries(tours.map((tour) => [tour.name, tour.saved.size])),
  }
}

/** One kind of thing that is written and saved. */
class Tour {
  saved = new Set()
  /** What is being written: whether the screen has called its draft kept. */
  #writing
  #day
  #at
  #kind

  constructor(day, at, kind) {
    this.#day = day
    this.#at = at
    this.#kind = kind
  }

  get name() {
    return this.#kind.name
  }

  /** Writes one, or goes on with the one that was begun, and saves it. */
  async walk(number) {
    this.#writing ??= { text: this.#kind.text(number), isKept: false }
    const { text } = this.#writing
    this.#at('on the way')
    const draft = await this.#kind.write(text)
    this.#at('written')
    await until('the draft', async () => {
      const content = await this.#day.ask('load_draft', { name: draft })
      return content?.includes(text)
    })
    Object.assign(this.#writing, { isKept: true, draft })
    this.#at('draft kept')
    await this.#kind.save()
    this.saved.add(text)
    this.#writing = undefined
    this.#at('saved')
    await this.#day.home()
    this.#at('home')
  }

  async check() {
    for (const text of this.saved) {
      assert.equal(await this.#kind.count(text), 1, `${this.name} ${text} was called saved`)
    }
    if (!this.#writing) return
    const { text, isKept, draft } = this.#writing
    const count = await this.#kind.count(text)
    assert.ok(count <= 1, `${this.name} ${text} is there ${count} times`)
    const content = draft ? await this.#day.ask('load_draft', { name: draft }) : null
    const isDraft = content?.includes(text) ?? false
    if (count === 1) {
      assert.ok(!isDraft, `${this.name} ${text} is saved and a draft`)
      this.saved.add(text)
      this.#writing = undefined
    } else if (isKept) {
      assert.ok(isDraft, `${this.name} ${text} was kept and is gone`)
    }
  }

  async checkElsewhere() {
    const all = await this.#kind.elsewhere()
    for (const text of this.saved) {
      assert.equal(all.split(text).length - 1, 1, `${this.name} ${text} elsewhere`)
    }
  }
}

function reports(day) {
  const rows = async () => (await day.ask('list_cases', { query: EVERYTHING })).rows
  /** Notes of cases by their ids: they never change here. */
  const notes = new Map()
  return {
    name: 'report',
    text: (number) => `死而复生第${number}件`,
    async write(text) {
      const { window } = day
      await window.tap('tabs.report')
      await window.find('p7.note')
      // Without a place it is not saved, and a program that has just begun has none yet.
      await until('a position', async () => (await day.ask('position')).position !== null)
      if ((await window.property('.photo-row__photo img', 'src')).length === 0) {
        await window.photo(day.town.pictures.before)
        await window.paints('.photo-row__photo img', 1)
      }
      await day.choose()
      await window.type('p7.note', text)
      return 'report'
    },
    async save() {
      await day.window.tap('p7.save')
      await day.window.find('p8.code')
    },
    async count(text) {
      for (const { id } of await rows()) {
        if (!notes.has(id)) notes.set(id, (await day.ask('find_case', { id })).note ?? '')
      }
      return [...notes.values()].filter((note) => note === text).length
    },
    async elsewhere() {
      const here = (await rows()).map((row) => row.code).sort()
      const { rows: there } = await day.other('cases')
      assert.deepEqual(there.map((row) => row.code).sort(), here)
      return [...notes.values()].join('\n')
    },
  }
}

/** The household that the tours go to. */
async function theHousehold(day) {
  const { rows } = await day.ask('list_households', { query: { ...ANYWHERE, text: KEYS } })
  return rows.find((row) => row.name === '张伟')
}

async function openHousehold(day) {
  const { window } = day
  const row = await theHousehold(day)
  await window.tap('tabs.homes')
  await window.tap('p13.clear')
  for (const key of KEYS) await window.touch(`p13.key.${key}`)
  await window.tap(`p13.row.${row.contact}`)
  await window.find('p14.visit')
  return row
}

function visits(day) {
  return {
    name: 'visit',
    text: (number) => `第${number}次走访说了话`,
    async write(text) {
      const { window } = day
      const { id } = await openHousehold(day)
      await window.tap('p14.visit')
      await window.tap('p17.topic.needs')
      await window.type('p17.note', text)
      return `visit-${id}`
    },
    async save() {
      await day.window.tap('p17.save')
      await day.window.find('kept')
    },
    async count(text) {
      const { id } = await theHousehold(day)
      const { visits: all } = await day.ask('find_household', { id })
      return all.filter((visit) => visit.note === text).length
    },
    async elsewhere() {
      const { id } = await theHousehold(day)
      return JSON.stringify(await day.other('household', 'show', id))
    },
  }
}

function households(day) {
  const found = async (text) => {
    const { rows } = await day.ask('list_households', { query: { ...ANYWHERE, text: null } })
    return rows.filter((row) => row.address_form === text)
  }
  return {
    name: 'household',
    text: (number) => `新来的第${number}家`,
    async write(text) {
      const { window } = day
      await window.tap('tabs.homes')
      await window.tap('p13.add')
      await window.type('add.called', text)
      return 'home-add'
    },
    async save() {
      await day.window.tap('add.save')
      await day.window.find('kept')
    },
    count: async (text) => (await found(text)).length,
    elsewhere: async () => JSON.stringify(await day.other('households')),
  }
}

function phones(day) {
  const all = async () => {
    const { id } = await theHousehold(day)
    const { contacts } = await day.ask('find_household', { id })
    return contacts.flatMap((contact) => contact.phones.map((phone) => phone.masked))
  }
  return {
    name: 'phone',
    text: (number) => `9906666${String(number).padStart(4, '0')}`,
    async write(text) {
      const { window } = day
      const { contact } = await openHousehold(day)
      await window.tap('p14.add_phone')
      await window.type('phone.number', text)
      return `phone-${contact}-`
    },
    async save() {
      await day.window.tap('phone.save')
      await day.window.find('kept')
    },
    count: async (text) => (await all()).filter((masked) => masked.endsWith(text.slice(-4))).length,
    async elsewhere() {
      const { id } = await theHousehold(day)
      const { contacts } = await day.other('household', 'show', id)
      const masked = contacts.flatMap((one) => one.phones.map((phone) => phone.masked))
      // Masked numbers are as long as they are: their ends tell them apart.
      return masked.map((number) => `9906666${number.slice(-4)}`).join('\n')
    },
  }
}
