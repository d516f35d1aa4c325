import type { CaseDetail } from '@linli/ui-shared'
import { by, caseOf, delivery, event, me } from './build'
import { names } from './reference'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What a resident reported by telephone, to be verified. */
export function bins(now: number): CaseDetail {
  const at = now - 1.2 * HOUR
  const caller = { person: null, org: names.community, is_system: false }
  return caseOf({
    id: 'c-bins',
    code: 'R5D-3JW',
    category: '06010',
    place: '北里东区 4 号楼 1 单元',
    work: 'verifying',
    glyph: '.*--',
    at,
    delivery: delivery('community', at, { level: 'community' }),
    row: { due_at: now + 2.8 * HOUR, distance_m: 140, task: 'verify', is_mine: false },
    detail: {
      note: '居民来电：单元门口垃圾桶满了，没人清。',
      timeline: [
        event('intake', at, caller),
        event('request_verification', at + 4 * MINUTE, by('community', '陈静')),
      ],
      tasks: [
        {
          kind: 'verify',
          answers: 'e-bins-verify',
          due_at: now + 2.8 * HOUR,
          condition: null,
          reason: null,
          photo: null,
        },
      ],
      next_steps: [{ code: 'verification', params: {} }],
      may_amend: false,
      may_escalate: false,
    },
  })
}

/** A report of danger that no level has taken in yet. */
export function smell(now: number): CaseDetail {
  const at = now - 3 * MINUTE
  return caseOf({
    id: 'c-smell',
    code: 'G7Q-2WX',
    category: '99001',
    place: '忠实里南街 1 号楼 3 单元',
    work: 'reported',
    glyph: '*...',
    at,
    delivery: delivery('waiting', at, { wait: { reason: 'NO_NETWORK', params: {} } }),
    row: { urgency: 'danger' },
    detail: {
      timeline: [event('report', at, me, { effect: 'pending' })],
      next_steps: [{ code: 'send', params: {} }],
    },
  })
}
