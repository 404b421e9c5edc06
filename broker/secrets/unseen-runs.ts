/**
 * Runs of what can't be seen, plain or escaped (`%00%00…`), each read once: a text of nothing else would be read again
 * from every place where a value could begin. From each position the next one is always the same, so what was read from
 * one is known for all behind it.
 */
import { isInvisible } from './invisible.ts'
import { undress } from './look-alike.ts'
import { escapeCode, escapeLength, isMark, mayGrow, readEscape } from './read-escape.ts'

/** More are counted as so many. */
const MOST = 255
const MARKS = '%=\\&'

export interface UnseenRun {
  /** Where the run ends that goes on from a position. */
  end: number
  /** Characters up to there, at most 255. */
  count: number
  /** Signs that begin an escape in it. */
  marks: string
}

export class UnseenRuns {
  readonly #text: string
  readonly #ends: Int32Array
  readonly #counts: Uint8Array
  readonly #marks: Uint8Array

  constructor(text: string) {
    this.#text = text
    this.#ends = new Int32Array(text.length + 1)
    this.#counts = new Uint8Array(text.length + 1)
    this.#marks = new Uint8Array(text.length + 1)
  }

  from(at: number): UnseenRun {
    const places: number[] = []
    let place = at
    for (let length = 1; place < this.#text.length && this.#counts[place] === 0; place += length) {
      length = unseenAt(this.#text, place)
      if (length === 0) break
      places.push(place)
    }
    const known = (this.#counts[place] ?? 0) > 0
    const end = known ? (this.#ends[place] as number) : place
    let [count, marks] = known ? [this.#counts[place] as number, this.#marks[place] as number] : [0, 0]
    for (let n = places.length - 1; n >= 0; n--) {
      place = places[n] as number
      const mark = MARKS.indexOf(this.#text[place] as string)
      if (mark >= 0) marks |= 1 << mark
      count = Math.min(MOST, count + 1)
      this.#ends[place] = end
      this.#counts[place] = count
      this.#marks[place] = marks
    }
    return { end, count, marks: [...MARKS].filter((_, mark) => marks & (1 << mark)).join('') }
  }
}

/** Length of what can't be seen at a position, and can't be anything else; 0 for all other. */
function unseenAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (!isMark(unit)) return isInvisible(unit) ? 1 : 0
  const read = readEscape(text, at)
  if (read < 0 || mayGrow(text, at, read)) return 0
  const code = escapeCode(read)
  return undress(code) === code && isInvisible(code) ? escapeLength(read) : 0
}
