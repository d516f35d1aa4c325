import type { ClashDto, Settlement } from '@linli/ui-shared'
import {
  countIssue,
  LINE_BYTES,
  nameIssue,
  NEED_BYTES,
  noteIssue,
  phoneIssue,
  type Issue,
} from '../../shared/form/rules'

/** What a person picked: one of the values, all, or something typed. */
export type Choice = 'all' | 'other' | `version:${string}`

/** How another value is typed. */
export type OtherKind = 'digit' | 'tel' | 'text' | 'textarea'

const KINDS: Record<string, OtherKind> = {
  address_form: 'text',
  hours: 'text',
  name: 'text',
  need: 'textarea',
  note: 'textarea',
  people_count: 'digit',
  phones: 'tel',
}

/** Whether something else can be typed: not for doors, removals, days and whoever was written twice. */
export function kindOf(clash: ClashDto): OtherKind | undefined {
  return KINDS[clash.field]
}

export function issueOf(kind: OtherKind, text: string): Issue | undefined {
  switch (kind) {
    case 'digit':
      return countIssue(text, true)
    case 'tel':
      return phoneIssue(text)
    case 'text':
      return nameIssue(text, LINE_BYTES / 2)
    case 'textarea':
      return text.trim() === '' ? 'empty' : noteIssue(text, NEED_BYTES)
  }
}

export function settlementOf(choice: Choice, other: string): Settlement {
  if (choice === 'all') return { choose: 'all' }
  if (choice === 'other') return { choose: 'other', value: other.trim() }
  return { choose: 'version', id: choice.slice('version:'.length) }
}
