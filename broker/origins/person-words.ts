/** What the person typed in a run, cut up once: phrases, identifiers, numbers, days, templates and verbs. */

import { readTimes, type TimesSaid } from './read-times.ts'
import {
  chunksOf,
  identifiersOf,
  isIdentifier,
  nameTokens,
  numberOf,
  phraseForm,
  singular,
  wordsOf,
} from './read-words.ts'
import { type VerbClass, verbsAsked } from './verb-classes.ts'

export interface PersonWords {
  text: string
  phrase: string
  chunks: ReadonlySet<string>
  /** Numbers that stand by themselves: not part of a day or time, not the number of a list's line. */
  numbers: ReadonlySet<number>
  /** Single words, singular, lower case. */
  words: ReadonlySet<string>
  times: TimesSaid
  /** Stretches in quotes with {places} to fill. */
  templates: string[]
  asked: ReadonlySet<VerbClass>
}

const LIST_NUMBER = /(^|[.:?!\n]\s*)\d{1,2}[.)](?=\s)/g
const QUOTED =
  /(^|[\s(:])(?:'([^\n]{1,2000}?)'|"([^"\n]{1,2000})"|“([^”\n]{1,2000})”|‘([^\n]{1,2000}?)’)(?=[\s.,;:!?)]|$)/g

export function readPersonWords(text: string): PersonWords {
  const times = readTimes(text)
  const rest = times.rest.replaceAll(LIST_NUMBER, '$1 ')
  const free = chunksOf(rest)
  const numbers = free.map(numberOf).filter((each) => each !== null)
  const chunks = new Set(chunksOf(text).filter((chunk) => numberOf(chunk) === null))
  for (const chunk of free) chunks.add(chunk)
  const templates: string[] = []
  for (const match of text.matchAll(QUOTED)) {
    const inside = match[2] ?? match[3] ?? match[4] ?? match[5] ?? ''
    if (/\{[\w .-]{1,60}\}/.test(inside)) templates.push(inside)
  }
  templates.push(...templatesByVariable(text))
  return {
    text,
    phrase: phraseForm(text),
    chunks,
    numbers: new Set(numbers),
    words: new Set(wordsOf(text).map(singular)),
    times,
    templates,
    asked: verbsAsked(text),
  }
}

/** "write them: You are the k-th (where k is replaced with the rank)" → `You are the {k}-th`: a rank and nothing else. */
function templatesByVariable(text: string): string[] {
  const found: string[] = []
  for (const match of text.matchAll(
    /:\s*([^:()\n]{3,500}?)\s*\(where\s+['"“‘]?(\p{L})['"”’]?\s+(?:is|stands|=)[^)]{1,200}\b(?:rank|number|place|position|count)\b[^)]{0,80}\)/giu,
  )) {
    const [, sentence = '', variable = ''] = match
    const place = new RegExp(`(?<![\\p{L}\\p{N}])${variable}(?![\\p{L}\\p{N}])`, 'gu')
    if (place.test(sentence)) found.push(sentence.replaceAll(place, '{rank}'))
  }
  return found
}

/** Whole, in the person's words: words in a row whatever their case, each identifier letter by letter. */
export function standsInWords(said: PersonWords, value: string): boolean {
  const phrase = phraseForm(value)
  if (phrase === '  ') return false
  const number = numberOf(value.trim())
  if (number !== null)
    return said.numbers.has(number) || (/^0\d/.test(value.trim()) && said.chunks.has(value.trim()))
  if (!said.phrase.includes(phrase)) return false
  return identifiersOf(value).every((each) => standsAsIdentifier(said, each))
}

export function standsAsIdentifier(said: PersonWords, identifier: string): boolean {
  if (said.chunks.has(identifier)) return true
  const number = numberOf(identifier)
  return number !== null && said.numbers.has(number)
}

/**
 * Does a record's name stand in the person's words? One word alone must stand in the same case. A file's name also
 * counts by the words that it is made of, when they are two or more.
 */
export function namesRecord(said: PersonWords, name: string): boolean {
  const words = wordsOf(name)
  if (words.length === 0 || !/\p{L}/u.test(name) || name.length > 300) return false
  if (words.length === 1) return said.chunks.has(name.trim()) && name.trim().length > 1
  if (!/\s/.test(name.trim()) && isIdentifier(name.trim())) {
    if (said.chunks.has(name.trim())) return true
    const stem = nameTokensPlain(name.replace(/\.[A-Za-z0-9]{1,5}$/, ''))
    return (
      /\.[A-Za-z][A-Za-z0-9]{0,4}$/.test(name) &&
      stem.length > 1 &&
      !/[@/:]/.test(name) &&
      said.phrase.includes(` ${stem.join(' ')} `)
    )
  }
  return standsInWords(said, name)
}

function nameTokensPlain(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '')
}

/** True when the person speaks of this field: its whole name, or a word of four letters or more in it. */
export function speaksOf(said: PersonWords, key: string): boolean {
  return nameTokens(key).some((token) => token.length > 3 && said.words.has(token))
}
