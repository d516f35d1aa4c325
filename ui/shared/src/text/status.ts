import type {
  DeliveryState,
  LevelDto,
  ReceiptState,
  StripState,
  UrgencyDto,
  WorkStateDto,
} from '../gen'
import type { IconName } from '../icons/names'

/** A colour pair of tokens.css: `--st-<tone>` and `--st-<tone>-tint`. */
export type Tone =
  'neutral' | 'waiting' | 'sending' | 'received' | 'returned' | 'conflict' | 'unknown'

/** How a state looks. Its words are in the locale files. */
export interface Look {
  icon: IconName
  tone: Tone
}

/** Axis 1: delivery. Each state has a symbol of its own shape; colour comes third. */
export const deliveryLook: Record<DeliveryState, Look> = {
  saved: { icon: 'smartphone', tone: 'neutral' },
  waiting: { icon: 'clock-arrow-up', tone: 'waiting' },
  sending: { icon: 'arrow-up-from-line', tone: 'sending' },
  partial: { icon: 'image-up', tone: 'sending' },
  community: { icon: 'check', tone: 'received' },
  street: { icon: 'building', tone: 'received' },
  district: { icon: 'landmark', tone: 'received' },
  newer: { icon: 'pencil-line', tone: 'waiting' },
  unsure: { icon: 'circle-question-mark', tone: 'unknown' },
  unconfirmed: { icon: 'triangle-alert', tone: 'waiting' },
  returned: { icon: 'undo-2', tone: 'returned' },
  needs_you: { icon: 'octagon-alert', tone: 'returned' },
}

/** A field that holds two values. */
export const conflictLook: Look = { icon: 'split', tone: 'conflict' }

/** A draft. */
export const draftLook: Look = { icon: 'pencil-line', tone: 'neutral' }

/** Axis 2: receipts, one ring per level. */
export const receiptStates: readonly ReceiptState[] = [
  'received',
  'not_yet',
  'not_needed',
  'returned',
  'unconfirmed',
]

/** The levels from the hand upward. */
export const levels: readonly LevelDto[] = ['device', 'community', 'street', 'district']

/** Axis 3: the work. Only `checking` asks something of the person in the field. */
export const workTone: Record<WorkStateDto, Tone> = {
  reported: 'neutral',
  verifying: 'neutral',
  filed: 'neutral',
  dispatched: 'neutral',
  handling: 'neutral',
  on_hold: 'neutral',
  handled: 'neutral',
  checking: 'sending',
  feedback: 'neutral',
  closed: 'received',
  evaluated: 'received',
  declined: 'neutral',
  merged: 'neutral',
  voided: 'neutral',
}

/** The strip. Only `needs_you` may be red; no network never is. */
export const stripLook: Record<StripState, Look> = {
  connected: { icon: 'wifi', tone: 'neutral' },
  weak: { icon: 'signal-low', tone: 'waiting' },
  offline: { icon: 'wifi-off', tone: 'neutral' },
  sending: { icon: 'arrow-up-from-line', tone: 'sending' },
  needs_you: { icon: 'octagon-alert', tone: 'returned' },
}

/** Urgency; ordinary needs no mark. */
export const urgencyLook: Record<UrgencyDto, Look> = {
  ordinary: { icon: 'minus', tone: 'neutral' },
  urgent: { icon: 'zap', tone: 'waiting' },
  danger: { icon: 'siren', tone: 'returned' },
}
