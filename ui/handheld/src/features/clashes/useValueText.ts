import { useText } from '@linli/ui-shared'

const DAYS = new Set(['expires_at', 'starts_at'])
const MOMENTS = new Set(['next_visit_at', 'visited_at'])
const CODES: Record<string, (code: string) => string> = {
  language: (code) => `settings.language_${code}`,
  service: (code) => `service.code_${code}`,
  state: (code) => `component.${code}`,
  topic: (code) => `topic.${code}`,
}

/** A value of a clash as people say it: codes, moments and removals in words, all else as it is. */
export function useValueText() {
  const { t, te, date, time } = useText()

  return (field: string, value: string): string => {
    if (field === 'deleted') return t(value === 'removed' ? 'clash.removed' : 'clash.kept')
    if (field === 'at_home') return t(value === 'true' ? 'visit.yes' : 'visit.no')
    if (field === 'people_count') return t('home.people_count', { n: value })
    if (DAYS.has(field) && Number(value)) return date(Number(value))
    if (MOMENTS.has(field) && Number(value)) return time(Number(value))
    const key = CODES[field]?.(value)
    return key && te(key) ? t(key) : value || t('clash.nothing')
  }
}
