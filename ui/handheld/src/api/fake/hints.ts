import type { TextHintDto } from '@linli/ui-shared'

/** What the real engine would say of words about a person, roughly. */
export function hintsOf(text: string): TextHintDto[] {
  const found: TextHintDto[] = []
  if (/\d{11}/.test(text)) found.push('telephone')
  if (/先生|女士|Mr /.test(text)) found.push('person')
  return found
}
