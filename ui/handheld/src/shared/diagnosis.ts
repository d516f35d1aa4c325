import type { FindingKind, FindingState, IconName, Tone } from '@linli/ui-shared'

/** What is looked at, each with a symbol of its own. */
export const findingIcons: Record<FindingKind, IconName> = {
  network: 'wifi',
  server: 'server',
  clock: 'clock',
  storage: 'hard-drive',
  position: 'locate',
  battery: 'battery',
  certificate: 'shield-check',
  waiting: 'clock-arrow-up',
  damage: 'image-off',
}

/** How it is. Only what a person has to do something about is red. */
export const findingLook: Record<FindingState, { icon: IconName; tone: Tone }> = {
  good: { icon: 'check', tone: 'received' },
  unknown: { icon: 'circle-question-mark', tone: 'unknown' },
  poor: { icon: 'triangle-alert', tone: 'waiting' },
  bad: { icon: 'octagon-alert', tone: 'returned' },
}
