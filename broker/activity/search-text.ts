/**
 * What can be searched for in an entry, and what a person's query means. Words are runs of letters and digits, without
 * case and accents; a "phrase" is words in a row; *part* is found inside words and across them. The index and the scan
 * of what is not indexed yet use the same functions, so that both find the same.
 */

import type { Json } from '../../contract/words.ts'
import type { EntryFields } from './entry-bytes.ts'

export interface SearchTerms {
  words: string[]
  phrases: string[][]
  /** Folded text, three characters or more. */
  parts: string[]
}

/** Lower case, without accents; the same for query and content. NUL, at which SQLite ends a text, is a space. */
export function fold(text: string): string {
  if (/^[ -~\n]*$/.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('\0', ' ')
    .toLowerCase()
}

/** Words of a folded text, in order. */
export const wordsOf = (folded: string): string[] => folded.match(/[\p{L}\p{N}]+/gu) ?? []

/** Parts shorter than this are looked up as words. */
export const PART_LENGTH = 3

export function parseSearch(text: string): SearchTerms {
  const terms: SearchTerms = { words: [], phrases: [], parts: [] }
  for (const [, phrase, part, rest] of fold(text).matchAll(/"([^"]*)"|\*([^*"]+)\*|([^\s"]+)/g)) {
    if (part !== undefined && part.trim().length >= PART_LENGTH) terms.parts.push(part.trim())
    else if (phrase !== undefined && wordsOf(phrase).length > 1) terms.phrases.push(wordsOf(phrase))
    else terms.words.push(...wordsOf(phrase ?? part ?? rest ?? ''))
  }
  return terms
}

/** Text that is this entry's own: its sentence and what stands in its details. Parts are looked for here. */
export function ownText(entry: Pick<EntryFields, 'subject' | 'details'>): string {
  const pieces = [entry.subject]
  collect(entry.details, pieces)
  return fold(pieces.join('\n'))
}
/** Names and sentences that many entries share. */
export const sharedText = (entry: EntryFields): string => fold(sharedPieces(entry))
/** The same as it was written. */
export function sharedPieces(entry: EntryFields): string {
  const { principal, run, tool, because, kind, capability, decision } = entry
  let pieces: string = kind
  if (capability !== null) pieces += `\n${capability}`
  if (decision !== null) pieces += `\n${decision}`
  if (principal !== null) pieces += `\n${principal.name}`
  if (run !== null) pieces += `\n${run.title}`
  if (tool !== null) pieces += `\n${tool.name}`
  for (const { text } of because) pieces += `\n${text}`
  return pieces
}

function collect(value: Json, into: string[]): void {
  if (typeof value === 'string') into.push(value)
  else if (typeof value === 'number') into.push(String(value))
  else if (Array.isArray(value)) for (const item of value) collect(item, into)
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) collect(item, into)
}

/**
 * True when all terms are in the texts: an entry's own, its closer's, and what is shared. A part or a phrase lies in one
 * of them; the index knows no other either.
 */
export function matches(terms: SearchTerms, own: string[], shared: string): boolean {
  const { words, phrases, parts } = terms
  if (parts.some((part) => !own.some((text) => text.includes(part)))) return false
  const texts = [...own, shared]
  if (![...words, ...phrases.flat()].every((word) => texts.some((text) => hasWord(text, word)))) return false
  if (phrases.length === 0) return true
  const found = texts.map(wordsOf)
  return phrases.every((phrase) => found.some((words) => hasPhrase(words, phrase)))
}

/** The text isn't cut into its words for this: a search asks it of every entry that it shows. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length
    // A letter may be two units.
    const inWord = ENDS_IN_WORD.test(text.slice(Math.max(0, at - 2), at))
    if (!inWord && !BEGINS_WORD.test(text.slice(end, end + 2))) return true
  }
  return false
}
/** Of two units. Without its beginning V8 looks at the last unit alone. */
const ENDS_IN_WORD = /^.?[\p{L}\p{N}]$/su
const BEGINS_WORD = /^[\p{L}\p{N}]/u

function hasPhrase(words: string[], phrase: string[]): boolean {
  for (let i = words.indexOf(phrase[0] ?? ''); i >= 0; i = words.indexOf(phrase[0] ?? '', i + 1))
    if (phrase.every((word, n) => words[i + n] === word)) return true
  return false
}
