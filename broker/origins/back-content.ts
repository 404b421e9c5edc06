/**
 * Free text that a model wrote: a body, a note, a title. What is backed, and why so:
 *
 * - An identifier in it (a link, an address, a number, a code, a day) must be the person's or an own record's that
 *   their words reach. There is no leniency for identifiers, wherever the text goes.
 * - Text that goes to somebody may add only short joints of its own (three words at most in a row, six in all) to what
 *   the person's words and reached records say, and none of a joint's words may be one that the run has read
 *   anywhere: a word that was read is data, and would go out with it.
 * - Text that stays (an own record, nobody told) may be the model's own, unless it carries what came from outside: four
 *   words in a row, the whole of a shorter text, or most of its words from one outside text. The one thing it may
 *   carry is text of an own document that the person named, where their words say that it is to be copied ("based on",
 *   "containing", "contents of"), and only what stands nowhere else outside: that copying is what they asked for.
 */
import type { PersonWords } from './person-words.ts'
import { speaksOf, standsAsIdentifier, standsInWords } from './person-words.ts'
import type { OwnRecord, ReadIndex } from './read-index.ts'
import { isSaidDay, readMoment } from './read-times.ts'
import { foldedForm, identifiersOf, PLAIN_WORDS, wordsOf } from './read-words.ts'

export interface ContentContext {
  said: PersonWords
  index: ReadIndex
  /** Own records that the person's words reach, or that this call's template names. */
  records: readonly OwnRecord[]
  /** Own records whose name stands in the person's words. */
  named: readonly OwnRecord[]
  /** Does the text go to somebody? */
  carries: boolean
}

const RUN = 4
const JOINT = 3
const JOINTS = 6
/** The person says that text of a document is to stand in another place. */
const COPYING =
  /\b(containing|based on|according to|copy|copying|taken from|(?:content|contents|text|items) (?:of|from)|excerpt|extract)\b/i
const MOST_WORDS = 20_000
/** Before the name of a document: its text is to be taken "from recipes.txt". */
const TAKEN_FROM = ['from', 'from the', 'from my', 'from the file', 'from the document']

/** Null when backed; otherwise what is not, in words for a person. */
export function findUnbackedContent(context: ContentContext, text: string): string | null {
  const identifiers = identifiersOf(text)
  const bad = identifiers.find((each) => !isBackedIdentifier(context, each))
  if (bad !== undefined) {
    // One that a person can read, where there is one: a text with a heading begins with a mere sign.
    const told = identifiers.find((each) => /[\p{L}\p{N}]/u.test(each) && !isBackedIdentifier(context, each))
    return `“${(told ?? bad).slice(0, 120)}” is nowhere in what you wrote`
  }
  const words = wordsOf(text)
  if (words.length === 0)
    return /\S/u.test(text) && !/^[\p{P}\s]*$/u.test(text) ? 'it holds signs that can’t be compared' : null
  if (words.length > MOST_WORDS) return 'the text is too long to compare'
  if (standsInWords(context.said, text)) return null
  return context.carries ? findCarriedOut(context, words) : findBroughtIn(context, text, words)
}

function isBackedIdentifier({ said, records }: ContentContext, identifier: string): boolean {
  if (standsAsIdentifier(said, identifier)) return true
  const moment = readMoment(identifier)
  if (moment && moment.minutes === null && isSaidDay(said.times.days, moment.day)) return true
  return records.some((record) =>
    record.fields
      .filter(
        (field) => speaksOf(said, field.key) || record.names.some((name) => field.values.includes(name)),
      )
      .some((field) => field.values.some((value) => identifiersOf(String(value)).includes(identifier))),
  )
}

function findCarriedOut({ said, index, records }: ContentContext, words: string[]): string | null {
  const covered = coverOf(words, [said.phrase, ...spokenValues(said, records)])
  const read = [...index.outside, ...index.own]
  let inRow = 0
  let inAll = 0
  for (const [at, word] of words.entries()) {
    inRow = covered[at] ? 0 : inRow + 1
    if (covered[at]) continue
    inAll += 1
    if (inRow > JOINT || inAll > JOINTS) return 'it says more than your words do'
    if (PLAIN_WORDS.has(word)) continue
    if (index.partial || read.some((each) => each.words.includes(` ${foldedForm(word).trim()} `)))
      return `“${word.slice(0, 60)}” was read in this run and is not in your words`
  }
  return null
}

/** Whole values of reached records, as phrases, that the person speaks of: the names, and fields that they ask for. */
function spokenValues(said: PersonWords, records: readonly OwnRecord[]): string[] {
  return records.flatMap((record) => [
    ...record.names.map((name) => ` ${wordsOf(name).join(' ')} `),
    ...record.fields
      .filter((field) => said.words.has(field.key.toLowerCase()))
      .flatMap((field) => field.values.map((value) => ` ${wordsOf(String(value)).join(' ')} `)),
  ])
}

/** Which words stand in one of the phrases . */
function coverOf(words: string[], phrases: string[]): boolean[] {
  const covered = words.map(() => false)
  for (let at = 0; at < words.length; at++) {
    let long = 0
    for (let length = 1; at + length <= words.length; length++) {
      const run = ` ${words.slice(at, at + length).join(' ')} `
      if (!phrases.some((phrase) => phrase.includes(run))) break
      long = length
    }
    for (let step = 0; step < long; step++) covered[at + step] = true
  }
  return covered
}

function findBroughtIn({ said, index, named }: ContentContext, text: string, words: string[]): string | null {
  if (index.partial) return 'more was read in this run than can be compared'
  const mine = coverOf(words, [said.phrase])
  const folded = foldedForm(text).trim().split(' ')
  if (folded.length !== words.length) return 'it holds letters that look like others'
  const sources = named.filter((record) => COPYING.test(said.text) || isTakenFrom(said, record))
  const copied = new Set(sources.flatMap((record) => record.carried.map((read) => read.words)))
  for (const read of index.outside) {
    if (copied.has(read.words)) continue
    const from = findRun(folded, mine, read.words)
    if (from) return `“${from}” came from ${read.origin.source.slice(0, 80)}`
    if (isMostly(folded, mine, read.words, copied))
      return `most of its words came from ${read.origin.source.slice(0, 80)}`
  }
  return null
}

function isTakenFrom(said: PersonWords, record: OwnRecord): boolean {
  return record.names.some((name) =>
    TAKEN_FROM.some((from) => said.phrase.includes(` ${from} ${wordsOf(name).join(' ')} `)),
  )
}

/** Four words in a row (or all, of fewer) that stand in `read` and not in the person's words. */
function findRun(words: string[], mine: boolean[], read: string): string | null {
  const length = Math.min(RUN, words.length)
  for (let at = 0; at + length <= words.length; at++) {
    const run = words.slice(at, at + length)
    if (mine.slice(at, at + length).every(Boolean)) continue
    if (read.includes(` ${run.join(' ')} `)) return run.join(' ')
  }
  return null
}

function isMostly(words: string[], mine: boolean[], read: string, copied: ReadonlySet<string>): boolean {
  const telling = words.filter((word, at) => !mine[at] && !PLAIN_WORDS.has(word))
  const from = telling.filter(
    (word) => read.includes(` ${word} `) && ![...copied].some((each) => each.includes(` ${word} `)),
  )
  return from.length >= RUN && from.length * 2 > telling.length
}
