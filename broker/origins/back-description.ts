/**
 * Targets that the person described so that only one thing can be meant, checked against what the run has read. Each
 * description is worked out here, never taken from the model, and anything left open (a tie, a list that is not whole,
 * two things that begin alike) backs nothing:
 *
 * - "the largest file": the one extreme of a number in a list of own records that was asked for whole.
 * - "the user who wrote the most messages": counted over reads that cover a whole list.
 * - "the channel starting with Lab": the one item of the lists read that begins so.
 * - "write to each user": every one of them was asked for, so each is backed.
 * - "the room where Ann asked about the projector": the one message by Ann that speaks of it says where.
 *
 * The last four only choose to whom the person's own text goes, or where a person that they name is put; they never
 * choose what is deleted, changed or paid.
 */

import { countRecords } from './count-records.ts'
import type { PersonWords } from './person-words.ts'
import { namesRecord } from './person-words.ts'
import type { OwnField, OwnRecord, ReadIndex, ReadList } from './read-index.ts'
import { readMoment } from './read-times.ts'
import { nameTokens, PLAIN_WORDS, singular } from './read-words.ts'
import { isOneKind, isPlaceOfMessages, isWriterKey } from './thing-kinds.ts'
import type { VerbClass } from './verb-classes.ts'

interface Extreme {
  most: boolean
  keys: RegExp
}
const SIZE = /^(size|length|bytes|size_bytes|file_size)_?$/i
const TIME = /(^|_)(date|time|modified|created|updated|timestamp)_?/i
const EXTREMES: Record<string, Extreme> = {
  largest: { most: true, keys: SIZE },
  biggest: { most: true, keys: SIZE },
  smallest: { most: false, keys: SIZE },
  newest: { most: true, keys: TIME },
  latest: { most: true, keys: TIME },
  oldest: { most: false, keys: TIME },
  earliest: { most: false, keys: TIME },
}
/** "to each user", "tell all members": the ones written to, not "sort all users". */
const TO_EACH =
  /\b(?:to|message|email|mail|tell|notify|ask|write|remind|inform)\s+(?:each|every|all(?:\s+the)?)\s+(\p{L}+)(?:\s+(\p{L}+))?/giu
/** After these a universal is not one: "all users who have paid". */
const NARROWS = new Set(
  'who whom whose that which in of from with on at not except but mentioned listed named invited we i you'.split(
    ' ',
  ),
)

export interface Described {
  said: PersonWords
  index: ReadIndex
  kind: VerbClass | null
}

export function isDescribed({ said, index, kind }: Described, arg: string, value: string | number): boolean {
  if (index.partial) return false
  if (isExtreme(said, index, arg, value)) return true
  if (typeof value !== 'string') return false
  if (kind !== 'send') return kind === 'add' && hasTheBeginning(said, index, arg, value)
  return (
    hasTheBeginning(said, index, arg, value) ||
    isOneOfEach(said, index, arg, value) ||
    countRecords(said, index, arg) === value ||
    isPlaceOfDescribedMessage(said, index, arg, value)
  )
}

function isExtreme(said: PersonWords, index: ReadIndex, arg: string, value: string | number): boolean {
  for (const [, word = '', after = ''] of said.text.matchAll(
    /\b(largest|biggest|smallest|newest|latest|oldest|earliest)((?:\s+\p{L}+){1,3})/giu,
  )) {
    if (
      !after
        .trim()
        .split(/\s+/)
        .some((noun) => isOneKind(noun, arg))
    )
      continue
    const extreme = EXTREMES[word.toLowerCase()] as Extreme
    const whole = index.lists.filter((list) => list.own && list.call?.args.length === 0)
    const found = whole.map((list) => extremeOf(list, extreme)).filter((record) => record !== undefined)
    if (found.length === 0 || found.includes(null)) continue
    if (found.every((record) => record?.fields.some((field) => isIdOf(field, arg, value)))) return true
  }
  return false
}

/** Undefined for a list without such a number; null where it can't be told. */
function extremeOf(list: ReadList, { most, keys }: Extreme): OwnRecord | null | undefined {
  const measured = list.records.map((record) => {
    const fields = record.fields.filter((field) => !field.list && keys.test(field.key))
    const value = fields.length === 1 ? fields[0]?.values[0] : undefined
    const size = typeof value === 'number' ? value : (readMoment(value)?.at ?? null)
    return { record, size }
  })
  if (measured.every((each) => each.size === null)) return undefined
  if (measured.length < 2 || measured.some((each) => each.size === null)) return null
  const sizes = measured.map((each) => each.size as number)
  const best = most ? Math.max(...sizes) : Math.min(...sizes)
  const winners = measured.filter((each) => each.size === best)
  return winners.length === 1 ? (winners[0]?.record ?? null) : null
}

function isIdOf(field: OwnField, arg: string, value: string | number): boolean {
  const tokens = nameTokens(field.key)
  return (
    !field.list &&
    tokens.some((token) => nameTokens(arg).includes(token)) &&
    field.values.some((each) => String(each) === String(value))
  )
}

/** "starting with Lab": the whole of an item in a list, not a stretch of text, and no other item begins so. */
function hasTheBeginning(said: PersonWords, index: ReadIndex, arg: string, value: string): boolean {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}_.-]{1,63}$/u.test(value)) return false
  for (const [, noun = '', start = ''] of said.text.matchAll(
    /(\p{L}+)\s+(?:that\s+|which\s+|whose name\s+)?(?:start|begin)(?:s|ing)\s+with\s+['"“‘]?([\p{L}\p{N}][\p{L}\p{N}_-]{2,63})/gu,
  )) {
    if (!isOneKind(noun, arg) || !value.startsWith(start)) continue
    const items = index.lists
      .filter((list) => list.call?.args.length === 0)
      .flatMap((list) => [...list.values, ...list.records.flatMap((record) => record.names)])
    const begin = new Set(items.map(String).filter((item) => item.startsWith(start)))
    if (begin.size === 1 && begin.has(value)) return true
  }
  return false
}

function isOneOfEach(said: PersonWords, index: ReadIndex, arg: string, value: string): boolean {
  for (const [, noun = '', next = ''] of said.text.matchAll(TO_EACH)) {
    if (!isOneKind(noun, arg) || NARROWS.has(next.toLowerCase())) continue
    const members = index.records.flatMap((record) =>
      record.fields.filter((field) => isWriterKey(field.key) || isOneKind(noun, field.key)),
    )
    const listed = index.lists.filter((list) => list.own && list.call && isOneKind(noun, list.call.name))
    if (members.some((field) => field.values.includes(value))) return true
    if (listed.some((list) => list.values.includes(value))) return true
  }
  return false
}

/** The one message that a writer named in the words wrote, and that holds two telling words of theirs or more. */
function isPlaceOfDescribedMessage(said: PersonWords, index: ReadIndex, arg: string, value: string): boolean {
  if (!isPlaceOfMessages(arg)) return false
  const meant = index.records.filter((record) => {
    const writer = record.fields.find((field) => !field.list && isWriterKey(field.key))?.values[0]
    return typeof writer === 'string' && namesRecord(said, writer) && speaksTheWords(said, record)
  })
  const places = new Set(
    meant.map(
      (record) => record.fields.find((field) => !field.list && isPlaceOfMessages(field.key))?.values[0],
    ),
  )
  return places.size === 1 && places.has(value)
}

function speaksTheWords(said: PersonWords, record: OwnRecord): boolean {
  const words = record.carried.flatMap((text) => text.words.trim().split(' '))
  const telling = words.filter(
    (word) => word.length > 2 && !PLAIN_WORDS.has(word) && said.words.has(singular(word)),
  )
  return new Set(telling).size >= 2
}
