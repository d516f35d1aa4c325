export type * from './gen'
export { default as UiIcon } from './icons/UiIcon.vue'
export { iconOr, type IconName } from './icons/names'
export { useNow } from './text/useNow'
export { useStatusText } from './text/useStatusText'
export { useText } from './text/useText'
export * as format from './text/format'
export { isolate } from './text/isolate'
export {
  conflictLook,
  deliveryLook,
  draftLook,
  levels,
  receiptStates,
  stripLook,
  urgencyLook,
  workTone,
  type Look,
  type Tone,
} from './text/status'
export { default as ReceiptGlyph } from './widgets/ReceiptGlyph.vue'
export { default as ReceiptRing } from './widgets/ReceiptRing.vue'
export { default as StatusChip } from './widgets/StatusChip.vue'
