/**
 * The underlines of the consent window: for each line of a request, which stretches were typed by the person, which
 * come from what the run read and from where, and which the model made. Whole words only; the longest stretch wins,
 * and the person's words before anything read.
 */
import type { Origin, OriginSpan } from '../../contract/origin.ts'
import type { PersonWords } from './person-words.ts'
import type { ReadIndex, ReadText } from './read-index.ts'
import { foldedForm } from './read-words.ts'

const TYPED: Origin = { kind: 'person', source: 'you typed it' }
const MADE: Origin = { kind: 'model', source: 'made by the model' }
const MOST_WORDS = 600
const MOST_SPANS = 200
const LONGEST = 24

export function findSpans(said: PersonWords, index: ReadIndex, text: string): OriginSpan[] {
  if (text.trim() === '') return []
  const words = [...text.slice(0, 50_000).matchAll(/[\p{L}\p{M}\p{N}]+/gu)].slice(0, MOST_WORDS)
  const person = foldedForm(said.text)
  const reads = [...index.outside, ...index.own]
  const spans: OriginSpan[] = []
  for (let at = 0; at < words.length; ) {
    const run = longestFrom(words, at, person, reads)
    const first = words[at] as RegExpExecArray
    const last = words[at + run.length - 1] as RegExpExecArray
    const span = { start: first.index, end: last.index + last[0].length, origin: run.origin }
    const before = spans.at(-1)
    if (before && before.origin === span.origin) before.end = span.end
    else if (spans.length < MOST_SPANS) spans.push(span)
    at += run.length
  }
  return spans
}

function longestFrom(
  words: RegExpExecArray[],
  at: number,
  person: string,
  reads: ReadText[],
): { length: number; origin: Origin } {
  let found = { length: 1, origin: MADE }
  let left = reads
  let typed = true
  let phrase = ' '
  for (let length = 1; length <= LONGEST && at + length <= words.length; length++) {
    phrase += `${foldedForm((words[at + length - 1] as RegExpExecArray)[0]).trim()} `
    const current = phrase
    typed &&= person.includes(current)
    left = left.filter((read) => read.words.includes(current))
    if (typed) found = { length, origin: TYPED }
    else if (left[0]) found = { length, origin: left[0].origin }
    else break
  }
  return found
}
