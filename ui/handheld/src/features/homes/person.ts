import type { ContactInput } from '@linli/ui-shared'
import { consentFrom, type ConsentHow } from '../../shared/form/consent'
import { LINE_BYTES, nameIssue, NAME_BYTES, phoneIssue, type Issue } from '../../shared/form/rules'

/** A new person as the form has it. */
export type PersonForm = {
  name: string
  phone: string
  hours: string
  how: ConsentHow | ''
}

export function emptyPerson(): PersonForm {
  return { name: '', phone: '', hours: '', how: '' }
}

/** Whether there is anything about a person at all. */
export function isPerson(form: PersonForm): boolean {
  return [form.name, form.phone, form.hours].some((text) => text.trim() !== '')
}

/** What is wrong with each field. A person has a name or a number, or both. */
export function personIssues(
  form: PersonForm,
  isNeeded: boolean,
): Record<'hours' | 'name' | 'phone', Issue | undefined> {
  const needsName = (isNeeded || isPerson(form)) && form.phone.trim() === ''
  return {
    name: nameIssue(form.name, NAME_BYTES, needsName),
    phone: phoneIssue(form.phone, false),
    hours: nameIssue(form.hours, LINE_BYTES, false),
  }
}

/** The person as the engine wants it; only for a form without issues. */
export function personOf(form: PersonForm, how: ConsentHow, now: number): ContactInput {
  return {
    name: form.name.trim() || null,
    phones: form.phone.trim() ? [form.phone.trim()] : [],
    language: null,
    hours: form.hours.trim() || null,
    consent: consentFrom('register', how, now),
  }
}
