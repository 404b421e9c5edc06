/**
 * Which of the person's own records their words reach, and what a value is in them. A record is reached when a name of
 * it, or an address or number that only it has, stands whole in the person's words; where several are, the ones that
 * more of the words fit (a day, a place) win, and what those don't agree on is backed by none of them.
 */

import { namesRecord, type PersonWords, speaksOf, standsInWords } from './person-words.ts'
import type { OwnField, OwnRecord, ReadIndex } from './read-index.ts'
import { isSaidDay, readMoment } from './read-times.ts'
import { isIdentifier, nameTokens, numberOf, PLAIN_WORDS, singular, wordsOf } from './read-words.ts'

/** Keys that say of what kind an address is, for people or for payments. */
const ADDRESS_KEY = /^(e-?mail|mail|email_?address|phone|phone_?number|iban|handle)_?$/i
const SELF_KEY = /^(account|own|my|self|user)_?(e-?mail|address|iban|handle|number)_?$/i

export interface Reached {
  /** Records by the name that stands in the words; several records may bear one name. */
  named: OwnRecord[][]
  /** The same by an address or a number that only a program would type. */
  byIdentifier: OwnRecord[][]
  /**
   * By a part of a name that stands for the whole ("Heron" for "Blue Heron Ltd", "grocery list" for
   * grocery-list-today.txt): each group is every record whose name holds that part.
   */
  byPart: OwnRecord[][]
}

export function reachRecords(said: PersonWords, index: ReadIndex): Reached {
  const named = new Map<string, OwnRecord[]>()
  const byIdentifier = new Map<string, OwnRecord[]>()
  const put = (groups: Map<string, OwnRecord[]>, key: string, record: OwnRecord) =>
    groups.set(key, [...(groups.get(key) ?? []), record])
  for (const record of index.records) {
    const name = record.names.find((each) => namesRecord(said, each))
    if (name !== undefined) put(named, ` ${wordsOf(name).join(' ')} `, record)
    else if (record.fields.length > 1)
      for (const value of identifiersIn(said, record)) put(byIdentifier, value, record)
  }
  // "Evening choir practice" is not a mention of "Choir practice".
  const names = [...named.keys()]
  const longest = names.filter(
    (name) => !names.some((other) => other.length > name.length && other.includes(name)),
  )
  return {
    named: longest.map((name) => named.get(name) ?? []),
    byIdentifier: [...byIdentifier.values()],
    byPart: reachByPart(said, index),
  }
}

function reachByPart(said: PersonWords, index: ReadIndex): OwnRecord[][] {
  const groups = new Map<string, Set<OwnRecord>>()
  for (const record of index.records)
    for (const part of record.names.flatMap((name) => partsOf(said, name)))
      groups.set(part, (groups.get(part) ?? new Set()).add(record))
  return [...groups.values()].map((group) => [...group])
}

/** What of a name a person says for short: a word of it with a capital, a plain word for all of it, a file's first words. */
function partsOf(said: PersonWords, name: string): string[] {
  const words = name.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  if (words.length === 0 || words.length > 20 || /[@/:]\S/.test(name)) return []
  const capital = words.filter(
    (word) =>
      word.length > 3 &&
      /\p{Lu}/u.test(word) &&
      said.chunks.has(word) &&
      !PLAIN_WORDS.has(word.toLowerCase()),
  )
  const [only] = words
  if (
    words.length === 1 &&
    only &&
    /^\p{Lu}\p{Ll}{3,}$/u.test(only) &&
    said.words.has(singular(only.toLowerCase()))
  )
    return [only.toLowerCase()]
  const file = /\.[A-Za-z][A-Za-z0-9]{0,4}$/.test(name) && !/\s/.test(name)
  const start = words.slice(0, 2).join(' ').toLowerCase()
  const first = file && words.length > 2 && said.phrase.includes(` ${start} `) ? [start] : []
  return [...capital.map((word) => word.toLowerCase()), ...first]
}

/** The field of the one record that a shortened name can mean: all that bear it must agree. */
export function isFieldByPart(
  said: PersonWords,
  reached: Reached,
  arg: string,
  value: string | number,
): boolean {
  return reached.byPart.some((group) => {
    const keys = new Set(group.flatMap((record) => record.fields.map((field) => field.key)))
    return [...keys].some((key) => {
      const fields = group.flatMap((record) =>
        record.fields.filter((field) => field.key === key && !field.list),
      )
      const [first] = fields
      if (!first || !holds(first, value) || !isFieldFor(said, first, arg, value)) return false
      return fields.every((field) => JSON.stringify(field.values) === JSON.stringify(first.values))
    })
  })
}

function identifiersIn(said: PersonWords, record: OwnRecord): string[] {
  const values = record.fields.filter((field) => !field.list).flatMap((field) => field.values)
  return values.filter(
    (value): value is string =>
      typeof value === 'string' &&
      value.length >= 6 &&
      isIdentifier(value) &&
      readMoment(value) === null &&
      numberOf(value) === null &&
      said.chunks.has(value),
  )
}

/**
 * The record that backs `value` for the argument `arg`, or null. `also` are records that this call has reached in
 * another way (by a template's name); for those the person must speak of the field.
 */
export function backByRecord(
  said: PersonWords,
  reached: Reached,
  arg: string,
  value: string | number,
  also: readonly OwnRecord[] = [],
): OwnRecord | null {
  for (const group of [...reached.named, ...reached.byIdentifier]) {
    const found = findIn(said, group, arg, value)
    if (found) return found
  }
  for (const record of also) {
    const field = record.fields.find((each) => holds(each, value))
    if (field && !field.list && speaksOf(said, field.key)) return record
  }
  return null
}

/** One name, perhaps several records: what those that fit best agree on. */
function findIn(
  said: PersonWords,
  group: readonly OwnRecord[],
  arg: string,
  value: string | number,
): OwnRecord | null {
  for (const key of new Set(group.flatMap((record) => record.fields.map((field) => field.key)))) {
    const having = group.filter((record) => record.fields.some((field) => field.key === key))
    const best = fittest(said, having)
    const fields = best.map((record) => record.fields.find((field) => field.key === key) as OwnField)
    const [first] = fields
    if (!first || !holds(first, value) || !isFieldFor(said, first, arg, value)) continue
    const same = JSON.stringify(first.values)
    if (fields.every((field) => JSON.stringify(field.values) === same)) return best[0] ?? null
  }
  return null
}

/** Of records that are all reached, those that most of the person's other words fit. */
function fittest(said: PersonWords, records: readonly OwnRecord[]): OwnRecord[] {
  const scored = records.map((record) => ({
    record,
    score: record.fields.filter((field) => field.values.some((value) => fits(said, value))).length,
  }))
  const best = Math.max(0, ...scored.map((each) => each.score))
  return scored.filter((each) => each.score === best).map((each) => each.record)
}

function fits(said: PersonWords, value: string | number): boolean {
  const moment = readMoment(value)
  if (moment) return isSaidDay(said.times.days, moment.day)
  return typeof value === 'string' && value.length > 2 && standsInWords(said, value)
}

function holds(field: OwnField, value: string | number): boolean {
  return field.values.some((each) => isSame(each, value))
}

export function isSame(a: string | number, b: string | number): boolean {
  if (a === b) return true
  if (typeof a === 'number' || typeof b === 'number')
    return numberOf(String(a)) !== null && numberOf(String(a)) === numberOf(String(b))
  return false
}

/** Is this the field that the argument asks for: by name, by kind of address, or because the person speaks of it? */
function isFieldFor(said: PersonWords, field: OwnField, arg: string, value: string | number): boolean {
  const key = nameTokens(field.key)
  const wanted = nameTokens(arg)
  if (key.some((token) => wanted.includes(token))) return true
  if (typeof value === 'string' && /[@\d]/.test(value) && ADDRESS_KEY.test(field.key)) return true
  return speaksOf(said, field.key)
}

/** The person's own account: an address that stands in a field which says so, outside of any list. */
export function isOwnAccount(index: ReadIndex, value: string): boolean {
  return index.records.some((record) =>
    record.fields.some((field) => !field.list && SELF_KEY.test(field.key) && field.values.includes(value)),
  )
}
