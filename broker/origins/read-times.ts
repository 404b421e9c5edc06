/**
 * Days, times and durations in a person's words, and the same in a value: "March 3rd to March 8th 2031" and
 * 2031-03-03 speak of one day. What is read as a time is taken out of the words, so that its digits back nothing else.
 * A day without a year stands for any year; two orders of day and month that can be mistaken are not read.
 */
export interface Day {
  year: number | null
  month: number
  day: number
}
/** Times are minutes after midnight, durations minutes. */
export interface TimesSaid {
  days: Day[]
  times: number[]
  durations: number[]
  /** Day offsets from today: "tomorrow" is 1. */
  relative: number[]
  rest: string
}

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
)
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?'
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?'
const YEAR = '(?:,?\\s+(?:in\\s+)?(\\d{4}))?\\b'
const TO = '\\s*(?:to|until|till|through|and|or|[-–—])\\s*(?:the\\s+)?'
const NUMBERS: Record<string, number> = {
  half: 0.5,
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
}

export function readTimes(text: string): TimesSaid {
  const said: TimesSaid = { days: [], times: [], durations: [], relative: [], rest: text }
  const take = (pattern: RegExp, use: (match: RegExpMatchArray) => boolean) => {
    said.rest = said.rest.replaceAll(pattern, (...match) =>
      use(match as unknown as RegExpMatchArray) ? ' '.repeat((match[0] as string).length) : match[0],
    )
  }
  const day = (year: string | undefined, month: number, date: string | undefined): boolean => {
    const number = Number(date)
    if (month < 1 || month > 12 || number < 1 || number > 31) return false
    said.days.push({ year: year ? Number(year) : null, month, day: number })
    return true
  }
  take(/\b(\d{4})-(\d{2})-(\d{2})(?=\b|T)/g, (m) => day(m[1], Number(m[2]), m[3]))
  take(new RegExp(`\\b${MONTH}\\s+${DAY}${TO}${DAY}(?!\\s*(?:[:\\d]|am\\b|pm\\b))\\b${YEAR}`, 'gi'), (m) =>
    [m[2], m[3]].every((date) => day(m[4], monthOf(m[1]), date)),
  )
  take(new RegExp(`\\b${DAY}${TO}${DAY}\\s+(?:of\\s+)?${MONTH}${YEAR}`, 'gi'), (m) =>
    [m[1], m[2]].every((date) => day(m[4], monthOf(m[3]), date)),
  )
  take(new RegExp(`\\b${MONTH}\\s+(?:the\\s+)?${DAY}\\b${YEAR}`, 'gi'), (m) => day(m[3], monthOf(m[1]), m[2]))
  take(new RegExp(`\\b${DAY}\\s+(?:of\\s+)?${MONTH}${YEAR}`, 'gi'), (m) => day(m[3], monthOf(m[2]), m[1]))
  inheritYears(said.days)
  readClock(said, take)
  return said
}

function readClock(
  said: TimesSaid,
  take: (pattern: RegExp, use: (match: RegExpMatchArray) => boolean) => void,
): void {
  take(/\b([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?\s*([ap])?\.?(?:m\b\.?)?/gi, (m) => {
    said.times.push(clock(Number(m[1]), Number(m[2]), m[3]))
    return true
  })
  take(/\b(1[0-2]|0?[1-9])\s*([ap])\.?m\b\.?/gi, (m) => {
    said.times.push(clock(Number(m[1]), 0, m[2]))
    return true
  })
  take(/\b(noon|midnight)\b/gi, (m) => {
    said.times.push(m[1]?.toLowerCase() === 'noon' ? 720 : 0)
    return true
  })
  take(
    /\b(\d+(?:\.\d+)?|half|an?|one|two|three|four|five|six|seven|eight|nine|ten)(?:\s+an?)?[\s-]*(hours?|hrs?|h|minutes?|mins?|days?|weeks?)\b/gi,
    (m) => {
      const many = NUMBERS[m[1]?.toLowerCase() ?? ''] ?? Number(m[1])
      const unit = m[2]?.[0]?.toLowerCase()
      said.durations.push(many * (unit === 'h' ? 60 : unit === 'm' ? 1 : unit === 'd' ? 1440 : 10_080))
      return true
    },
  )
  if (/\btoday\b|\bright now\b|\btonight\b/i.test(said.rest)) said.relative.push(0)
  if (/\btomorrow\b/i.test(said.rest)) said.relative.push(1)
}

/** "March 3rd to March 8th 2031": the year belongs to both. */
function inheritYears(days: Day[]): void {
  const years = new Set(days.map((day) => day.year).filter((year) => year !== null))
  const [only] = years
  if (years.size === 1 && only !== undefined) for (const day of days) day.year ??= only
}

function monthOf(name: string | undefined): number {
  const start = (name ?? '').toLowerCase().slice(0, 3)
  return MONTHS.findIndex((month) => month.startsWith(start)) + 1
}

function clock(hours: number, minutes: number, half: string | undefined): number {
  const base = half ? (hours % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : hours
  return base * 60 + minutes
}

export interface Moment {
  /** `2031-03-03` */
  date: string
  day: Day
  /** Minutes after midnight; null for a day alone. */
  minutes: number | null
  /** Minutes since the year 0, for differences. */
  at: number
}

/** A value that is a day, or a day and a time, as programs write it. */
export function readMoment(value: unknown): Moment | null {
  if (typeof value !== 'string') return null
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?Z?)?$/.exec(value.trim())
  if (!match) return null
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const midnight = Date.UTC(year, month - 1, day)
  if (new Date(midnight).getUTCDate() !== day) return null
  const minutes = match[4] === undefined ? null : Number(match[4]) * 60 + Number(match[5])
  return {
    date: `${match[1]}-${match[2]}-${match[3]}`,
    day: { year, month, day },
    minutes,
    at: midnight / 60_000 + (minutes ?? 0),
  }
}

export function isSaidDay(said: Day[], day: Day): boolean {
  return said.some(
    (each) =>
      each.month === day.month && each.day === day.day && (each.year === null || each.year === day.year),
  )
}
