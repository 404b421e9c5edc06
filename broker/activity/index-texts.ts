/**
 * What the index is given of an entry: one text of all its terms, and one of which runs of three characters are looked
 * up. Names, sentences, reasons and ids come again and again: what was made of the latest ones is kept, which is most of
 * what indexing an entry costs. A term that comes twice in a row's text is one term to the index.
 */
import type { Json } from '../../contract/words.ts'
import type { EntryFields } from './entry-bytes.ts'
import { fieldTerms, marker, threadsOf } from './index-terms.ts'
import { fold, sharedPieces, wordsOf } from './search-text.ts'

export interface IndexTexts {
  terms: string
  own: string
}
export interface TextMaker {
  /** Of an entry that is a row. */
  row(entry: EntryFields): IndexTexts
  /** What an outcome adds to its intent's row. `told` is the intent's subject, when that is written with it. */
  closer(entry: EntryFields, told: string | null): IndexTexts
}

/** Texts of each kind that are kept, once or twice as many, and how long one may be for it. */
const KEPT = 1_000
const KEPT_CHARS = 1_000

export function createTextMaker(): TextMaker {
  const pieceOf = keeping(makePiece)
  const sharedOf = keeping((pieces) => termsOf(wordsOf(fold(pieces))))
  const markerOfCall = keeping(marker.call)
  const markerOf = {
    principal: keeping(marker.principal),
    run: keeping(marker.run),
    tool: keeping(marker.tool),
  }

  /** Gathered, and joined once: text that is put together piece by piece stays in pieces until it is written. */
  function textsOf(entry: EntryFields, terms: string[], told: string | null): IndexTexts {
    const subject = pieceOf(entry.subject)
    const isTold = entry.subject === told
    const own = [isTold ? subject.end : subject.folded]
    if (!isTold) terms.push(subject.terms)
    let before = subject.last
    eachPiece(entry.details, (text, isNumber) => {
      const piece = isNumber ? pieceOfNumber(text) : pieceOf(text)
      own.push(piece.folded)
      if (piece.terms === '') return
      // Words in a row may be those of two pieces.
      if (before !== '') terms.push(marker.pair(before, piece.first))
      terms.push(piece.terms)
      before = piece.last
    })
    if (entry.callId !== null) terms.push(markerOfCall(entry.callId))
    for (const id of threadsOf(entry)) terms.push(marker.thread(id))
    return { terms: terms.join(' '), own: own.join('\n') }
  }
  return {
    row: (entry) => textsOf(entry, [fieldTerms(entry, markerOf), sharedOf(sharedPieces(entry))], null),
    closer: (entry, told) => textsOf(entry, [], told),
  }
}

/** One sentence, name or value of an entry. */
interface Piece {
  folded: string
  /** Its words, and each two in a row. */
  terms: string
  first: string
  last: string
  /** Its last two characters: runs that go on behind it begin there. */
  end: string
}
function makePiece(text: string): Piece {
  const folded = fold(text)
  const words = wordsOf(folded)
  return {
    folded,
    terms: termsOf(words),
    first: words[0] ?? '',
    last: words.at(-1) ?? '',
    end: [...folded.slice(-4)].slice(-2).join(''),
  }
}
function pieceOfNumber(text: string): Piece {
  return /^\d+$/.test(text)
    ? { folded: text, terms: text, first: text, last: text, end: '' }
    : makePiece(text)
}
const termsOf = (words: string[]): string =>
  words.map((word, n) => (n === 0 ? word : `${marker.pair(words[n - 1] as string, word)} ${word}`)).join(' ')

/** In the order of `ownText`. */
function eachPiece(value: Json, take: (text: string, isNumber: boolean) => void): void {
  if (typeof value === 'string') take(value, false)
  else if (typeof value === 'number') take(String(value), true)
  else if (Array.isArray(value)) for (const item of value) eachPiece(item, take)
  else if (typeof value === 'object' && value !== null)
    for (const name of Object.keys(value)) eachPiece(value[name] as Json, take)
}

/** Keeps what was made of the latest texts. */
function keeping<T>(make: (text: string) => T): (text: string) => T {
  let kept = new Map<string, T>()
  let older = kept
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const made = older.get(text) ?? make(text)
    if (text.length > KEPT_CHARS) return made
    if (kept.size >= KEPT) {
      older = kept
      kept = new Map()
    }
    kept.set(text, made)
    return made
  }
}
