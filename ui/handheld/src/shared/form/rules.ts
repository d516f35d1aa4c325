/**
 * What a person may type into the register, with a reason that can be said. The engine judges again;
 * here the words are found while everything is still in the field.
 */
export type Issue = 'count' | 'emoji' | 'empty' | 'floor' | 'hidden' | 'long' | 'markup' | 'phone'

/** The most bytes of a name or form of address, as the record allows. */
export const NAME_BYTES = 128
/** The most bytes of the number on a door. */
export const UNIT_BYTES = 64
/** The most bytes of where a case is, in words. */
export const PLACE_BYTES = 512
/** The most bytes of words beside a person, such as when to call. */
export const LINE_BYTES = 256
/** The most bytes of what is needed of a service. */
export const NEED_BYTES = 1024
/** The most bytes of what was said at a visit, and of words about a case. */
export const NOTE_BYTES = 8192
/** The lowest and the highest floor. */
export const FLOORS = [-20, 300] as const
/**
 * The most bytes of words as an entry of a case writes them, line ends and quotes doubled: an entry has
 * 16 KiB, and what else stands in it takes its part.
 */
const ENTRY_BYTES = 14_000

const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\ufe0f|\u20e3/u
/** Control characters and marks that turn the direction or hide: nobody types them on purpose. */
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/
/** The joiners of Persian words and of emoji of several parts, which belong to what is written. */
const JOINER = /[\u200c\u200d]/g
const LINE_BREAK = /[\n\r\t]/
const MARKUP = /[<>]/

const bytes = (text: string) => new TextEncoder().encode(text).length

/** A name, a form of address, a few words: one line without ornaments. Right-to-left letters are fine. */
export function nameIssue(text: string, most = NAME_BYTES, isNeeded = true): Issue | undefined {
  const plain = text.trim()
  if (plain === '') return isNeeded ? 'empty' : undefined
  if (EMOJI.test(plain)) return 'emoji'
  if (HIDDEN.test(plain) || LINE_BREAK.test(plain)) return 'hidden'
  if (MARKUP.test(plain)) return 'markup'
  return bytes(plain) > most ? 'long' : undefined
}

/** Words about a matter: any signs, several lines. */
export function noteIssue(text: string, most = NOTE_BYTES): Issue | undefined {
  const plain = text.trim()
  if (HIDDEN.test(plain.replace(JOINER, ''))) return 'hidden'
  const isLong = bytes(plain) > most || bytes(JSON.stringify(plain)) > ENTRY_BYTES
  return isLong ? 'long' : undefined
}

/** Where a case is: one line of any signs, or nothing. */
export function placeIssue(text: string): Issue | undefined {
  const plain = text.trim()
  return LINE_BREAK.test(plain) ? 'hidden' : noteIssue(plain, PLACE_BYTES)
}

/** A number as it is dialled; blanks and hyphens between the digits are fine. */
export function phoneIssue(text: string, isNeeded = true): Issue | undefined {
  const plain = text.replaceAll(/[\s-]/g, '')
  if (plain === '') return isNeeded ? 'empty' : undefined
  return /^\+?\d{3,20}$/.test(plain) ? undefined : 'phone'
}

/** How many people, 0 to 99; it may stay unknown. */
export function countIssue(text: string, isNeeded = false): Issue | undefined {
  const plain = text.trim()
  if (plain === '') return isNeeded ? 'empty' : undefined
  return /^\d{1,2}$/.test(plain) ? undefined : 'count'
}

/** A floor as it is counted here, cellars below zero; it may stay unknown. */
export function floorIssue(text: string): Issue | undefined {
  const plain = text.trim()
  if (plain === '') return undefined
  const [lowest, highest] = FLOORS
  const isFloor = /^-?\d{1,3}$/.test(plain) && +plain >= lowest && +plain <= highest
  return isFloor ? undefined : 'floor'
}

/** The number in a field that may be empty. */
export function countOf(text: string): number | null {
  const plain = text.trim()
  return plain === '' ? null : Number(plain)
}
