import { lucide } from './lucide'

/** A symbol of our own small set. */
export type IconName = keyof typeof lucide

/** Symbols that reference data may name for a category; anything else shows `circle-question-mark`. */
export function iconOr(name: string, otherwise: IconName = 'circle-question-mark'): IconName {
  return name in lucide ? (name as IconName) : otherwise
}
