/**
 * The loop that every unit of every text goes through: only letters and digits are looked at, four together, whatever
 * stands between them. A value that begins with a letter reads like that, in the text as in the tables, however it is
 * wrapped, separated or joined; but for escapes, letters in other dress and what frames a line. Before such signs, and
 * before the end, the last three letters are handed on to be read.
 *
 * It calls nobody, so that what is done with a place where it stops can't slow it down: some stops are gathered, then
 * they are looked at.
 */
import { hidesLetters, LOOK, letterOf, PASSED, READ } from './letter-signs.ts'
import { type LetterTables, placeOf } from './letter-tables.ts'

/** Gathered before they are looked at; one place can give so many. */
const [SOME, AT_MOST] = [512, 5]
/** Instead of four letters: what begins here must be read. */
export const TO_READ = -1

export class LetterWalk {
  /** Where a value may begin, and the four letters with which it does. Not in order. */
  readonly places = new Int32Array(SOME)
  readonly fours = new Int32Array(SOME)
  readonly #tables: LetterTables
  #units: Uint16Array = new Uint16Array(0)
  #length = 0
  #place = 0
  /** The last letters; zeros before them where what came before does not count. */
  #word = 0
  /** Where the last three stand. */
  #first = 0
  #second = 0
  #third = 0

  constructor(tables: LetterTables) {
    this.#tables = tables
  }

  begin(units: Uint16Array, length: number): void {
    this.#units = units
    this.#length = length
    this.#place = 0
    this.#word = 0
  }

  /** How many stops there are now; 0 at the end. */
  next(): number {
    const stops = this.#place < this.#length ? this.#walk() : 0
    if (stops > 0 || this.#word === 0) return stops
    const word = this.#word
    this.#word = 0
    return this.#handOn(word, this.#first, this.#second, this.#third, 0)
  }

  /** The inner loop calls nothing, and writes nothing but where it stops: what it needs stays in registers. */
  #walk(): number {
    const { kinds, fours: known, shift } = this.#tables
    const { places, fours } = this
    const units = this.#units
    const length = this.#length
    let word = this.#word
    let first = this.#first
    let second = this.#second
    let third = this.#third
    let stops = 0
    let place = this.#place
    for (; place < length && stops <= SOME - AT_MOST; place++) {
      let letter = 0
      for (; place < length; place++) {
        letter = kinds[units[place] as number] as number
        if (letter === PASSED) continue
        if (letter >= LOOK) break
        word = ((word << 6) | letter) & 0xffffff
        const bit = placeOf(word, shift)
        if ((((known[bit >> 5] as number) >>> (bit & 31)) & 1) !== 0) break
        first = second
        second = third
        third = place
      }
      if (place === length) break
      if (letter >= LOOK) {
        if (word !== 0 && hidesLetters(units, place, length, word & 63)) {
          stops = this.#handOn(word, first, second, third, stops)
          word = 0
        }
        if (letter >= READ) {
          places[stops] = place
          fours[stops++] = TO_READ
        }
        letter = letterOf(units[place] as number)
        if (letter === 0) continue
        word = ((word << 6) | letter) & 0xffffff
      }
      places[stops] = first
      fours[stops] = word
      const bit = placeOf(word, shift)
      stops += ((known[bit >> 5] as number) >>> (bit & 31)) & 1
      first = second
      second = third
      third = place
    }
    this.#place = place
    this.#word = word
    this.#first = first
    this.#second = second
    this.#third = third
    return stops
  }

  /** The places whose fourth letter is not known, where what is known doesn't tell enough. */
  #handOn(word: number, first: number, second: number, third: number, stops: number): number {
    const { twos, threes } = this.#tables
    const from = stops
    const three = word & 0x3ffff
    if (three >> 12 > 0 && ((threes[three >> 3] as number) & (1 << (three & 7))) !== 0)
      this.places[stops++] = first
    if ((word & 0xfc0) > 0 && twos[word & 0xfff] === 1) this.places[stops++] = second
    this.places[stops++] = third
    this.fours.fill(TO_READ, from, stops)
    return stops
  }
}
