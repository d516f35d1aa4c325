import type { ConsentDto } from '@linli/ui-shared'

/** How somebody agreed: said it in person, or signed. */
export type ConsentHow = 'paper' | 'spoken'

const DAY = 86_400_000

/** Terms of a consent in days; twelve months are the longest that a service may run. */
export const TERMS = { quarter: 91, half: 182, year: 365 } as const
export type Term = keyof typeof TERMS

/**
 * A consent given today. Its code says how and on which day; the paper itself stays with the community.
 * It ends a minute early, so that a clock that is read twice never makes it too long.
 */
export function consentFrom(
  purpose: 'enrolment' | 'register',
  how: ConsentHow,
  now: number,
  term: Term = 'year',
): ConsentDto {
  const day = new Date(now)
  const date = [day.getFullYear(), day.getMonth() + 1, day.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('')
  return {
    purpose,
    legal_basis: 'consent',
    consent: `${how}-${date}`,
    expires_at: endOf(now, term),
  }
}

/** When a consent of today ends. */
export function endOf(now: number, term: Term = 'year'): number {
  return now + TERMS[term] * DAY - 60_000
}
