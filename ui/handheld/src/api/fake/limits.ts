import { ApiError } from '../error'

/** The lengths that the engine and the schemas of its records take, in bytes. */

/** The most bytes of the content of a draft. */
const DRAFT_BYTES = 256 * 1024

const bytes = (text: string) => new TextEncoder().encode(text).length

/** An input that is missing or out of range. */
export function wrong(field: string): ApiError {
  return new ApiError({ code: 'input_invalid', params: { field } })
}

/** A text that may be absent and must not be longer than its field. */
export function fits(text: string | null | undefined, most: number, field: string): void {
  if (text && bytes(text.trim()) > most) throw wrong(field)
}

/** A text that must be there. */
export function isThere(text: string, most: number, field: string): void {
  if (text.trim() === '') throw wrong(field)
  fits(text, most, field)
}

/** A number that may be absent. */
export function isWithin(value: number | null, low: number, high: number, field: string): void {
  if (value === null) return
  if (!Number.isInteger(value) || value < low || value > high) throw wrong(field)
}

/** Words of a case: as a field, and with their signs doubled in an entry. */
export function isNote(text: string | null): void {
  fits(text, 8192, 'note')
}

export function isDraft(name: string, content: string): void {
  if (bytes(name) > 64 || bytes(content) > DRAFT_BYTES) throw wrong('note')
}
