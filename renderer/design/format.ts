/**
 * Times, sizes and counts as the reader's zone and locale write them. The clock is always an argument. A factory, so
 * that tests fix locale and zone; pages use `format`.
 */
export interface Formats {
  /** `09:41:22` */
  clock(at: number): string
  /** `09:41` */
  minute(at: number): string
  /** `today 09:41`, `yesterday 09:41`, `3 May 09:41`, `3 May 2025` */
  moment(at: number, now: number): string
  /** `09:41:22` of today, else `3 May 09:41`, `3 May 2025`: in a list that goes back for months. */
  stamp(at: number, now: number): string
  /** `today 09:41:22`, `3 May 09:41:22`, `3 May 2025 09:41:22` */
  exact(at: number, now: number): string
  /** `just now`, `4 min ago`, `2 h ago`, then a moment. */
  since(at: number, now: number): string
  /** `in 12 min`, `today until 17:30`, … for an end that lies ahead. */
  until(at: number, now: number): string
  count(value: number): string
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function makeFormats(locale?: string, timeZone?: string): Formats {
  const intl = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { hourCycle: 'h23', timeZone, ...options })
  const clock = intl({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const minute = intl({ hour: '2-digit', minute: '2-digit' })
  const day = intl({ day: 'numeric', month: 'short' })
  const dayYear = intl({ day: 'numeric', month: 'short', year: 'numeric' })
  const dayKey = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })
  const counts = new Intl.NumberFormat(locale)

  const isToday = (at: number, now: number) => dayKey.format(at) === dayKey.format(now)
  const isThisYear = (at: number, now: number) =>
    dayKey.format(at).slice(0, 4) === dayKey.format(now).slice(0, 4)
  const dayOf = (at: number, now: number) => {
    if (isToday(at, now)) return 'today'
    if (isToday(at, now - DAY)) return 'yesterday'
    return isThisYear(at, now) ? day.format(at) : dayYear.format(at)
  }
  const moment = (at: number, now: number) =>
    isThisYear(at, now) || isToday(at, now - DAY)
      ? `${dayOf(at, now)} ${minute.format(at)}`
      : dayYear.format(at)
  return {
    clock: (at) => clock.format(at),
    minute: (at) => minute.format(at),
    moment,
    stamp(at, now) {
      if (isToday(at, now)) return clock.format(at)
      return isThisYear(at, now) ? `${day.format(at)} ${minute.format(at)}` : dayYear.format(at)
    },
    exact: (at, now) => `${dayOf(at, now)} ${clock.format(at)}`,
    since: (at, now) => {
      const gone = now - at
      if (gone < 45_000) return 'just now'
      if (gone < HOUR) return `${Math.max(1, Math.round(gone / MINUTE))} min ago`
      if (gone < 12 * HOUR) return `${Math.round(gone / HOUR)} h ago`
      return moment(at, now)
    },
    until: (at, now) => {
      const left = at - now
      if (left <= 0) return 'ended'
      if (left < HOUR) return `in ${Math.max(1, Math.round(left / MINUTE))} min`
      return `${dayKey.format(at) === dayKey.format(now) ? 'today' : day.format(at)} ${minute.format(at)}`
    },
    count: (value) => counts.format(value),
  }
}

export const format = makeFormats()

/** `0.1 ms`, `41 ms`, `1.9 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${tenths(ms)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${tenths(ms / 1000)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return joined(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  return joined(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min')
}

/** One decimal, unless it is a zero. */
function tenths(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** `812 bytes`, `2.1 kB`, `14 MB`. Thousands, as file managers count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = -1
  do {
    value /= 1000
    unit += 1
  } while (value >= 999.5 && unit < units.length - 1)
  return `${value < 10 ? tenths(value) : Math.round(value)} ${units[unit]}`
}

/** `1 file`, `12 files`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${format.count(count)} ${count === 1 ? one : many}`
}

/** First letter lowered, unless the word is all capitals: "Send" in "Hold to send". */
export function lowerFirst(text: string): string {
  const second = text.charAt(1)
  if (second !== '' && second === second.toUpperCase() && second !== second.toLowerCase()) return text
  return text.charAt(0).toLowerCase() + text.slice(1)
}
