import { voiceOf } from './sounds'
import type { BuildingRow, ClashDto, ConsentDto, EnrolmentDto, VisitDto } from '@linli/ui-shared'
import { countClash, phoneClash } from './register-clashes'

/** An invented register: what the real engine holds in documents. */

export interface FakePhone {
  id: string
  number: string
  label: string | null
}

export interface FakeContact {
  id: string
  name: string | null
  phones: FakePhone[]
  language: string | null
  hours: string | null
  consent: ConsentDto
}

export interface FakeHome {
  id: string
  dwelling: string | null
  address_form: string
  people_count: number | null
  contacts: FakeContact[]
  enrolments: EnrolmentDto[]
  visits: VisitDto[]
  clashes: ClashDto[]
}

export interface FakeDwelling {
  id: string
  building: string
  entrance: string | null
  unit: string
  floor: number | null
}

export interface FakeTown {
  buildings: Pick<BuildingRow, 'id' | 'name'>[]
  entrances: { id: string; building: string; name: string }[]
  dwellings: FakeDwelling[]
  homes: FakeHome[]
}

const DAY = 86_400_000
export function consentOf(now: number, purpose = 'register'): ConsentDto {
  return {
    purpose,
    legal_basis: 'consent',
    consent: 'spoken-20260510',
    expires_at: now + 300 * DAY,
  }
}

function town(): Omit<FakeTown, 'homes'> {
  const buildings = [1, 2, 6].map((n) => ({ id: `b-${n}`, name: `${n}号楼` }))
  const entrances = ['1', '2', '3'].map((n) => ({
    id: `e-1-${n}`,
    building: 'b-1',
    name: `${n}单元`,
  }))
  entrances.push({ id: 'e-6-1', building: 'b-6', name: '1单元' })
  const dwellings: FakeDwelling[] = []
  const put = (building: string, entrance: string | null, floors: number) => {
    for (let floor = 1; floor <= floors; floor += 1) {
      for (const side of ['01', '02']) {
        const unit = `${floor}${side}`
        dwellings.push({ id: `d-${entrance ?? building}-${unit}`, building, entrance, unit, floor })
      }
    }
  }
  for (const { id, building } of entrances) put(building, id, id === 'e-1-1' ? 60 : 6)
  put('b-2', null, 5)
  return { buildings, entrances, dwellings }
}

export function person(
  id: string,
  name: string | null,
  numbers: string[],
  now: number,
): FakeContact {
  return {
    id,
    name,
    phones: numbers.map((number, index) => ({ id: `${id}-${index}`, number, label: null })),
    language: null,
    hours: null,
    consent: consentOf(now),
  }
}

export function emptyHome(id: string, form: string, dwelling: string | null): FakeHome {
  return {
    id,
    dwelling,
    address_form: form,
    people_count: null,
    contacts: [],
    enrolments: [],
    visits: [],
    clashes: [],
  }
}

/** The register of a grid on a usual morning; with many households behind one entrance. */
export function invented(now: number): FakeTown {
  const zhang: FakeHome = {
    ...emptyHome('h-zhang', '张先生家', 'd-e-1-3-501'),
    people_count: 3,
    contacts: [
      { ...person('p-zhang', '张伟', ['99012342210'], now), hours: '18 点以后' },
      person('p-wang', '王芳', ['99012340871'], now),
    ],
    enrolments: [
      {
        id: 'n-meal',
        contact: 'p-zhang',
        service: 'meal',
        need: '中午一份，少盐',
        provider: null,
        starts_at: now - 40 * DAY,
        consent: consentOf(now, 'enrolment'),
      },
    ],
    visits: [
      {
        id: 'v-1',
        visited_at: now - 12 * DAY,
        at_home: true,
        topic: 'needs',
        note: '希望楼门口修坡道。',
        voices: [voiceOf('voice-visit', now - 12 * DAY, 21_000)],
        case_id: 'c-ramp',
        next_visit_at: now + 18 * DAY,
        expires_at: now + 353 * DAY,
      },
    ],
  }
  const zhao: FakeHome = {
    ...emptyHome('h-zhao', '赵老师家', 'd-e-6-1-302'),
    people_count: 2,
    contacts: [person('p-zhao', '赵文', [], now)],
  }
  const zhou: FakeHome = {
    ...emptyHome('h-zhou', '周女士家', 'd-b-2-402'),
    people_count: 4,
    contacts: [person('p-zhou', '周婉', ['99013910071', '99013910872'], now)],
    clashes: [phoneClash(now), countClash(now)],
  }
  const shan = {
    ...emptyHome('h-shan', '6号楼1单元101 单师傅家', null),
    contacts: [person('p-shan', '单强', ['99017770001'], now)],
  }
  const rest = town()
  const surnames = ['李', '陈', '刘', '孙', '仇']
  const given = ['强', '宁', '娜', '刚', '静', '洋']
  const behindOne = rest.dwellings.filter((one) => one.entrance === 'e-1-1').slice(4)
  const many = behindOne.map((dwelling, index) => {
    const name = `${surnames[index % 5] ?? ''}${given[Math.floor(index / 5) % 6] ?? ''}`
    const number = `9902${String(1_000_000 + index * 37).slice(-7)}`
    return {
      ...emptyHome(`h-${index}`, `${name.charAt(0)}家`, dwelling.id),
      people_count: (index % 4) + 1,
      contacts: [person(`p-${index}`, name, [number], now)],
    }
  })
  return { ...rest, homes: [zhang, zhao, zhou, shan, ...many] }
}
