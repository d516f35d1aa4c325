/** Looks up a text; the part of vue-i18n that formatting needs. */
export type Translate = (key: string, named?: Record<string, unknown>) => string

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function dayNumber(time: number): number {
  const date = new Date(time)
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY)
}

/** Hours and minutes, in 24 hours, in the device's own time zone. */
export function clock(time: number): string {
  const date = new Date(time)
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`
}

/** Hours, minutes and seconds. */
export function clockSeconds(time: number): string {
  return `${clock(time)}:${pad(new Date(time).getSeconds())}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

/** A moment as people say it: 今天 09:03, 昨天 18:02, 5月10日 09:03. `brief` leaves "today" out. */
export function moment(
  time: number,
  now: number,
  locale: string,
  t: Translate,
  brief = false,
): string {
  const days = dayNumber(time) - dayNumber(now)
  if (days === 0) return brief ? clock(time) : t('time.today', { clock: clock(time) })
  if (days === -1) return t('time.yesterday', { clock: clock(time) })
  if (days === 1) return t('time.tomorrow', { clock: clock(time) })
  return t('time.on_day', { day: date(time, now, locale), clock: clock(time) })
}

/** A day as it stands above a list: 5月10日 周三. */
export function day(time: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    month: locale.startsWith('zh') ? 'long' : 'short',
    day: 'numeric',
    weekday: 'short',
  }).format(time)
}

/** A day without its weekday, with the year when it is another one: 5月10日, 2027年5月10日. */
export function date(time: number, now: number, locale: string): string {
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(locale, {
    ...(sameYear ? {} : { year: 'numeric' }),
    month: locale.startsWith('zh') ? 'long' : 'short',
    day: 'numeric',
  }).format(time)
}

/** A span in its largest whole unit: 22 分钟, 3 小时, 2 天. Never negative, never "0". */
export function span(length: number, t: Translate): string {
  const positive = Math.max(length, 0)
  if (positive < HOUR) return t('time.minutes', { n: Math.max(1, Math.round(positive / MINUTE)) })
  if (positive < 2 * DAY) return t('time.hours', { n: Math.round(positive / HOUR) })
  return t('time.days', { n: Math.round(positive / DAY) })
}

/** How long ago, with 刚刚 for less than a minute. */
export function ago(time: number, now: number, t: Translate): string {
  return now - time < MINUTE ? t('time.just_now') : t('time.ago', { span: span(now - time, t) })
}

/** Bytes as KB or MB with one digit where it matters. */
export function bytes(size: number): string {
  if (size < 1_000_000) return `${Math.max(1, Math.round(size / 1000))} KB`
  const mega = size / 1_000_000
  return `${mega < 10 ? mega.toFixed(1) : Math.round(mega)} MB`
}

/** Metres, then kilometres. */
export function distance(metres: number, t: Translate): string {
  if (metres < 1000) return t('distance.metres', { n: Math.round(metres) })
  return t('distance.kilometres', { n: (metres / 1000).toFixed(1) })
}
