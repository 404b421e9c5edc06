/**
 * Days and times in a value. A day must be one that the person said, or today's where they said "today"; a time one
 * that they said, or a start plus a duration that they said or that the record had before. Where they said no day or
 * no time at all, `open` leaves it to the model, as long as it does not stand in what came from outside.
 */
import type { PersonWords } from './person-words.ts'
import type { OwnRecord, ReadIndex } from './read-index.ts'
import { isSaidDay, type Moment, readMoment } from './read-times.ts'

export interface MomentContext {
  said: PersonWords
  index: ReadIndex
  /** Other moments of the same call, by argument. */
  others: Moment[]
  /** Records that the call's other arguments name. */
  records: readonly OwnRecord[]
}

export type MomentBacking = 'said' | 'open' | 'unbacked'

export function backMoment(context: MomentContext, moment: Moment): MomentBacking {
  const day = backDay(context, moment)
  if (day === 'unbacked') return 'unbacked'
  const time = moment.minutes === null ? 'said' : backTime(context, moment, moment.minutes)
  if (time === 'unbacked') return 'unbacked'
  return day === 'open' || time === 'open' ? 'open' : 'said'
}

function backDay({ said, index, others }: MomentContext, moment: Moment): MomentBacking {
  if (isSaidDay(said.times.days, moment.day)) return 'said'
  const today = todays(index)
  if (said.times.relative.some((days) => today.has(shift(moment, -days)))) return 'said'
  if (said.times.days.length > 0 || said.times.relative.length > 0) {
    // An end past midnight of a day that was said.
    const begins = others.find((each) => each.at < moment.at && isSaidDay(said.times.days, each.day))
    return begins && said.times.durations.includes(moment.at - begins.at) ? 'said' : 'unbacked'
  }
  return standsOutside(index, moment.date) ? 'unbacked' : 'open'
}

function backTime(context: MomentContext, moment: Moment, minutes: number): MomentBacking {
  const { said, index, others, records } = context
  if (said.times.times.includes(minutes)) return 'said'
  const before = others.filter((each) => each.minutes !== null && each.at < moment.at)
  const lengths = [...said.times.durations, ...records.flatMap(lengthsOf)]
  if (before.some((each) => lengths.includes(moment.at - each.at))) return 'said'
  if (said.times.times.length > 0) return 'unbacked'
  // A whole day, when a day is all that was said.
  if (minutes === 0 || minutes === 1439) return 'said'
  return standsOutside(index, clockText(minutes)) ? 'unbacked' : 'open'
}

/** How long a record's own event lasts, in minutes. */
function lengthsOf(record: OwnRecord): number[] {
  const moments = record.fields
    .filter((field) => !field.list)
    .map((field) => readMoment(field.values[0]))
    .filter((each): each is Moment => each !== null && each.minutes !== null)
  return moments.flatMap((from) => moments.map((to) => to.at - from.at)).filter((length) => length > 0)
}

/** Days that a read gave by themselves, or under a name that says it: what day it is. */
function todays(index: ReadIndex): Set<string> {
  const found = new Set<string>()
  for (const record of index.records)
    for (const field of record.fields)
      if (/^$|today|current|now/i.test(field.key) && record.fields.length <= 3)
        for (const value of field.values) {
          const moment = readMoment(value)
          if (moment) found.add(moment.date)
        }
  return found
}

function shift(moment: Moment, days: number): string {
  const { year, month, day } = moment.day
  return new Date(Date.UTC(year ?? 0, month - 1, day + days)).toISOString().slice(0, 10)
}

function standsOutside(index: ReadIndex, text: string): boolean {
  return (
    index.partial || index.outside.some((read) => [...read.identifiers].some((each) => each.includes(text)))
  )
}

function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
