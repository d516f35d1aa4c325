import { useI18n } from 'vue-i18n'
import type { CodeDto, NameDto, ParamDto } from '../gen'
import * as format from './format'
import { isolated } from './isolate'
import { useNow } from './useNow'

/** Texts of codes, names and times in the chosen language. */
export function useText() {
  const { t: plain, te, locale } = useI18n()
  const now = useNow()

  const t: format.Translate = (key, named) => (named ? plain(key, isolated(named)) : plain(key))

  function name(of: NameDto): string {
    return locale.value === 'en' ? of.en || of.zh : of.zh
  }

  function param(key: string, value: ParamDto): string | number {
    if (typeof value === 'object') return name(value)
    if (typeof value === 'number') return key.endsWith('_at') ? time(value, true) : value
    const text = `${key}.${value}`
    return te(text) ? t(text) : value
  }

  function params(of: Record<string, ParamDto>): Record<string, string | number> {
    return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, param(key, value)]))
  }

  /**
   * The text `<prefix>.<code>`; an unknown code of a newer server is shown as it came. A code that
   * comes without its values has a plain text.
   */
  function code(prefix: string, of: CodeDto): string {
    const key = `${prefix}.${of.code}`
    if (Object.keys(of.params).length === 0 && te(`${key}_plain`)) return t(`${key}_plain`)
    return te(key) ? t(key, params(of.params)) : t(`${prefix}.unknown`, { code: of.code })
  }

  function time(at: number, brief = false): string {
    return format.moment(at, now.value, locale.value, t, brief)
  }

  return {
    t,
    te,
    locale,
    now,
    name,
    params,
    code,
    time,
    date: (at: number) => format.date(at, now.value, locale.value),
    day: (at: number) => format.day(at, locale.value),
    span: (length: number) => format.span(length, t),
    ago: (at: number) => format.ago(at, now.value, t),
    distance: (metres: number) => format.distance(metres, t),
  }
}
