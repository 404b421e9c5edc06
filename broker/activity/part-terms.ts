/**
 * What the index is asked for to find a part of a word or of several. A long part holds whole words in a row, and two
 * words in a row are much rarer than any three characters; what lies at its ends and between its words is looked up by
 * runs of three characters, the rare ones first. A row that has all of these may hold the part.
 */
import { marker } from './index-terms.ts'

export interface PartTerms {
  /** Of the index of words. */
  words: string[]
  /** Beginnings of terms of the index of words. */
  beginnings: string[]
  /** Of the index of runs. */
  runs: string[]
  /** Runs, too, that tell little beside the others. */
  dullRuns: string[]
}

/** Runs that are asked for at most, without and with words: each is a list to be gone through. */
const MOST_RUNS = 5
const MOST_BESIDE_WORDS = 3

/**
 * A run that is in so many entries, one of this many, tells little beside words: going through its list takes longer than
 * reading what is found without.
 */
const TELLS_LITTLE = 6
/** Letters of a word at the end by which its beginning is looked up: fewer begin too many words. */
const BEGINNING = 2

/**
 * @param spacingOf how many entries lie from one that has this run to the next, about
 * @param besideWords words or filters are looked up, too
 */
export function partTerms(part: string, spacingOf: (run: string) => number, besideWords = false): PartTerms {
  const chars = [...part]
  // Half a character at an end may be the half of a letter in the text.
  const inner = part.isWellFormed() ? innerWords(chars) : []
  const covered = new Set(inner.flatMap(({ from, to }) => range(from, to)))
  const words = inner.map(({ from, to }) => chars.slice(from, to).join(''))
  const pairs = words.slice(1).map((word, n) => marker.pair(words[n] as string, word))
  const last = inner.at(-1)
  const beginnings: string[] = []
  if (last !== undefined) {
    // What comes after the last whole word is a word's beginning, when it is one at all.
    const [end = ''] =
      chars
        .slice(last.to)
        .join('')
        .match(/[\p{L}\p{N}]+$/u) ?? []
    if ([...end].length >= BEGINNING) {
      beginnings.push(marker.pair(chars.slice(last.from, last.to).join(''), end))
      for (const each of range(chars.length - [...end].length, chars.length)) covered.add(each)
    }
  }
  const runs = range(0, chars.length - 2).filter((n) => range(n, n + 3).some((each) => !covered.has(each)))
  const textOf = (n: number) => chars.slice(n, n + 3).join('')
  const most = words.length > 0 ? MOST_BESIDE_WORDS : MOST_RUNS
  const chosen: string[] = []
  for (const n of runs.length > most ? rarestFirst(runs, (n) => spacingOf(textOf(n))) : runs) {
    const own = range(n, n + 3)
    // What overlaps with those that were chosen says little more than they do.
    if (chosen.length >= most || (runs.length > most && own.every((each) => covered.has(each)))) continue
    chosen.push(textOf(n))
    for (const each of own) covered.add(each)
  }
  const beside = besideWords || words.length > 0
  const isDull = (run: string) => beside && spacingOf(run) < TELLS_LITTLE
  return {
    words: pairs.length > 0 ? pairs : words,
    beginnings,
    runs: chosen.filter((run) => !isDull(run)),
    dullRuns: chosen.filter(isDull),
  }
}

function rarestFirst(runs: number[], spacingOf: (n: number) => number): number[] {
  const spacings = new Map(runs.map((n) => [n, spacingOf(n)]))
  return runs.toSorted((a, b) => (spacings.get(b) ?? 0) - (spacings.get(a) ?? 0))
}

/** Words that begin and end within the part: the index has them whole, in a row. */
function innerWords(chars: string[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  const isWord = (n: number) => /[\p{L}\p{N}]/u.test(chars[n] ?? '')
  for (let from = 0; from < chars.length; from++) {
    if (!isWord(from)) continue
    let to = from + 1
    while (to < chars.length && isWord(to)) to++
    if (from > 0 && to < chars.length) found.push({ from, to })
    from = to
  }
  return found
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n)
