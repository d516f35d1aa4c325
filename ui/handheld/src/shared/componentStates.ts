import type { ComponentState, IconName, Tone } from '@linli/ui-shared'

/** The five states of a component in the order of the standard, each with a symbol of its own. */
export const componentLook: Record<ComponentState, { icon: IconName; tone: Tone }> = {
  intact: { icon: 'circle-check', tone: 'received' },
  damaged: { icon: 'triangle-alert', tone: 'waiting' },
  lost: { icon: 'circle-question-mark', tone: 'unknown' },
  abandoned: { icon: 'package-x', tone: 'neutral' },
  removed: { icon: 'circle-slash', tone: 'neutral' },
}
