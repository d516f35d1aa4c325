import { nextTick } from 'vue'

/** Brings the first thing that is wrong into sight, and the cursor to it. */
export async function showFirstIssue(): Promise<void> {
  await nextTick()
  const wrong = document.querySelector<HTMLElement>(
    '.van-field__error-message, .consent-choice .info-note, .form-missing',
  )
  wrong?.scrollIntoView({ block: 'center' })
  wrong?.closest('.van-field')?.querySelector<HTMLElement>('input, textarea')?.focus()
}
