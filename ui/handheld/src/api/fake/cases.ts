import type { CaseDetail } from '@linli/ui-shared'
import { by, caseOf, delivery, event, me, photo } from './build'
import { voiceOf } from './sounds'
import { bins } from './cases-asked'
import { names } from './reference'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** The cases of a usual morning, seen at `now`. */
export function morningCases(now: number): CaseDetail[] {
  return [cover(now), stairs(now), fence(now), ramp(now), lamp(now), bins(now), gas(now)]
}

function cover(now: number): CaseDetail {
  const at = now - 29 * MINUTE
  return caseOf({
    id: 'c-cover',
    code: 'K7M-42Q',
    category: '01001',
    place: '忠实里南街 1 号楼 3 单元',
    work: 'reported',
    glyph: '*...',
    at,
    delivery: delivery('waiting', at, {
      wait: { reason: 'NO_NETWORK', params: {} },
      photo_count: 2,
    }),
    row: { urgency: 'urgent' },
    detail: {
      note: '井盖翘起约三厘米，已用锥桶围住。',
      photos: [photo('manhole', 'wide', at, false), photo('manhole_close', 'close', at, false)],
      timeline: [event('report', at, me, { effect: 'pending' })],
      next_steps: [{ code: 'send', params: {} }],
    },
  })
}

function stairs(now: number): CaseDetail {
  const at = now - 3.4 * HOUR
  return caseOf({
    id: 'c-stairs',
    code: 'P2R-9HA',
    category: '06031',
    place: '北里东区 4 号楼 1 单元',
    work: 'handling',
    glyph: '***-',
    at,
    delivery: delivery('street', at + 3 * MINUTE, { level: 'street' }),
    row: { due_at: now + 5.5 * HOUR, case_no: '9901012026090120100042' },
    detail: {
      photos: [photo('corridor', 'wide', at)],
      unit: names.property,
      timeline: [
        event('report', at, me),
        event('file', at + 12 * MINUTE, by('community', '陈静')),
        event('dispatch', at + 20 * MINUTE, by('community', '陈静'), {
          params: { unit: names.property },
        }),
        event('acknowledge', at + 55 * MINUTE, by('property'), {
          note: '下午两点前派人清理。',
        }),
      ],
      next_steps: [{ code: 'unit_handles', params: { unit: names.property } }],
    },
  })
}

function fence(now: number): CaseDetail {
  const at = now - 26 * HOUR
  return caseOf({
    id: 'c-fence',
    code: 'T4N-7XC',
    category: '08007',
    place: '忠实里南街 1 号楼东侧花池',
    work: 'checking',
    glyph: '***-',
    at,
    delivery: delivery('street', at + 4 * MINUTE, { level: 'street' }),
    row: { due_at: now + 1.6 * HOUR, distance_m: 86, task: 'check', case_no: '99010120260831201' },
    detail: {
      note: '花池围挡倒了一段，老人容易绊倒。',
      photos: [photo('planter', 'wide', at), photo('planter_done', 'after', now - 2 * HOUR)],
      voices: [{ ...voiceOf('voice-fence', at, 34_000), is_delivered: true }],
      unit: names.parks,
      timeline: [
        event('report', at, me),
        event('file', at + 25 * MINUTE, by('community', '陈静')),
        event('dispatch', at + 31 * MINUTE, by('community', '陈静'), {
          params: { unit: names.parks },
        }),
        event('acknowledge', at + 2 * HOUR, by('parks')),
        event('submit_result', now - 2 * HOUR, by('parks'), {
          note: '围挡已换新。',
          photos: ['planter_done'],
        }),
        event('request_check', now - 1.9 * HOUR, {
          person: null,
          org: names.community,
          is_system: true,
        }),
      ],
      tasks: [
        {
          kind: 'check',
          answers: 'e-fence-check',
          due_at: now + 1.6 * HOUR,
          condition: { zh: '围挡完整牢固，地面无散落', en: 'Fence whole and firm, ground clear' },
          reason: null,
          photo: 'planter',
        },
      ],
      next_steps: [{ code: 'check_on_spot', params: {} }],
    },
  })
}

function ramp(now: number): CaseDetail {
  const at = now - 20 * HOUR
  const back = now - 1.9 * HOUR
  const reason = { code: 'close_up_missing', params: {} }
  return caseOf({
    id: 'c-ramp',
    code: 'W8C-27D',
    category: '06052',
    place: '花市大街 112 号',
    work: 'reported',
    glyph: '**!-',
    at,
    delivery: delivery('returned', back, { level: 'street', reason }),
    row: { task: 'amend' },
    detail: {
      photos: [photo('ramp', 'wide', at)],
      timeline: [
        event('report', at, me),
        event('escalate', at + 40 * MINUTE, by('community', '陈静'), {
          params: { org: names.street },
        }),
        event('send_back', back, by('street', '赵立'), {
          reason,
          note: '看不清破损处，请拍近景。',
        }),
      ],
      tasks: [
        { kind: 'amend', answers: 'e-ramp', due_at: null, condition: null, reason, photo: null },
      ],
      next_steps: [{ code: 'amend', params: {} }],
    },
  })
}

function lamp(now: number): CaseDetail {
  const at = now - 47 * MINUTE
  return caseOf({
    id: 'c-lamp',
    code: 'H3V-5KE',
    category: '01021',
    place: '北里东区北门',
    work: 'reported',
    glyph: '**?-',
    at,
    delivery: delivery('unconfirmed', now - 22 * MINUTE, { level: 'street' }),
    detail: {
      photos: [photo('lamp', 'wide', at)],
      timeline: [
        event('report', at, me),
        event('hand_over', at + 20 * MINUTE, by('community', '陈静'), {
          params: { org: names.street },
        }),
      ],
      next_steps: [{ code: 'handed_over', params: { org: names.street } }],
    },
  })
}

function gas(now: number): CaseDetail {
  const at = now - 50 * HOUR
  return caseOf({
    id: 'c-gas',
    code: 'B6Y-8QM',
    category: '99001',
    place: '忠实里南街 3 号楼',
    work: 'closed',
    glyph: '****',
    at,
    delivery: delivery('district', at + 4 * MINUTE, { level: 'district' }),
    row: { urgency: 'danger', is_mine: false },
    detail: {
      timeline: [
        event('report', at, { person: '李敏', org: null, is_system: false }),
        event('hand_over', at + MINUTE, by('street'), { params: { org: names.district } }),
        event('submit_result', at + 30 * MINUTE, by('district'), {
          note: '阀门已更换，复测正常。',
        }),
        event('check_pass', at + 45 * MINUTE, me),
        event('close', at + 5 * HOUR, by('district')),
      ],
      next_steps: [{ code: 'closed', params: {} }],
    },
  })
}
