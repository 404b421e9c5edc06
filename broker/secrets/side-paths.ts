/**
 * Escapes among the letters and digits of a text: what each says is another way to go on reading there, besides its own
 * signs, which the walk goes over by itself. Each way is followed until it is known for every value that may have begun
 * before, or begins with the escape, by which four letters it does. What can't be told so simply is handed on to be read.
 */
import { placeOf } from './key-lists.ts'
import { hidesLetters, LOOK, letterOf, NEAR_END, PASSED } from './letter-signs.ts'
import type { LetterTables } from './letter-tables.ts'
import { isMark } from './read-escape.ts'
import { isBare, LITERAL, readMark, UNSURE } from './read-mark.ts'

/** Instead of four letters: what begins here must be read. */
export const TO_READ = -1

export interface Stops {
  places: Int32Array
  fours: Int32Array
  count: number
}

const [AMPERSAND, BACKSLASH] = [38, 92]
/** Escapes that are followed from one, each of them in two ways; then what began is handed on. */
const MOST_FORKS = 6
/** Stops that one place can give: three or four on each path, and the place itself. */
export const MOST_STOPS = 4 * (MOST_FORKS + 1) + 8
/** So many signs that are passed over, on all paths from one escape. */
const MOST_PASSED = 64

export class SidePaths {
  readonly #tables: LetterTables
  readonly #stops: Stops
  #units: Uint16Array = new Uint16Array(0)
  #length = 0
  #goesOn = false
  /** Where the last three letters before the escape stand, and the escape. */
  readonly #starts = new Int32Array(4)
  /** How many of them may begin a value: all four where the escape is a letter. */
  #needed = 0
  #forks = 0
  #passed = 0

  constructor(tables: LetterTables, stops: Stops) {
    this.#tables = tables
    this.#stops = stops
  }

  begin(units: Uint16Array, length: number, goesOn: boolean): void {
    this.#units = units
    this.#length = length
    this.#goesOn = goesOn
  }

  /** False when the letters before it were handed on. */
  atMark(place: number, word: number): boolean {
    const { begins, between } = this.#tables
    const units = this.#units
    const mark = units[place] as number
    const read = readMark(units, place, this.#length)
    if (read === UNSURE) {
      if (word !== 0) this.handOn(place, word)
      this.stop(place, TO_READ)
      return false
    }
    const code = read >> 10
    if (begins[mark] === 1 || (read !== LITERAL && code < 128 && begins[code] === 1))
      this.stop(place, TO_READ)
    if (read === LITERAL) return true
    const letter = letterOf(code)
    if (letter === 0 && (word === 0 || isBare(units, place, read) || (code < 128 && between[code] === 0)))
      return true
    this.#findStarts(place, word)
    this.#starts[3] = place
    this.#needed = letter === 0 ? 3 : 4
    this.#forks = MOST_FORKS
    this.#passed = 0
    this.#follow(word, 0, letter, place + (read & 1023))
    return true
  }

  /** The places whose fourth letter is not known, where what is known doesn't tell enough. */
  handOn(place: number, word: number): void {
    this.#findStarts(place, word)
    this.#needed = 3
    this.#handOnRest(word, 0)
  }

  /** A letter at this place makes these four of those before; they may be known. */
  hit(place: number, before: number, four: number): void {
    if (!this.#isKnown(four)) return
    this.#findStarts(place, before)
    this.stop(this.#starts[0] as number, four)
  }

  stop(place: number, four: number): void {
    const { places, fours, count } = this.#stops
    places[count] = place
    fours[count] = four
    this.#stops.count++
  }

  #isKnown(four: number): boolean {
    const { fours, shift } = this.#tables
    const bit = placeOf(four, shift)
    return (((fours[bit >> 5] as number) >>> (bit & 31)) & 1) !== 0
  }

  /** Where the last three letters before a place stand; no more than there are. */
  #findStarts(place: number, word: number): void {
    const units = this.#units
    let at = place - 1
    let rest = word
    for (let n = 2; n >= 0 && (rest & 63) > 0; n--) {
      while (letterOf(units[at] as number) === 0) at--
      this.#starts[n] = at--
      rest >>= 6
    }
  }

  /** @param done so many starts are: one for each letter since the escape. @param letter what stands before `from` */
  #follow(before: number, done: number, letter: number, from: number): void {
    const { kinds } = this.#tables
    const units = this.#units
    let word = before
    let count = done
    let next = letter
    for (let place = from; place < this.#length; place++) {
      if (next !== PASSED) {
        word = ((word << 6) | next) & 0xffffff
        if (this.#isKnown(word)) this.stop(this.#starts[count] as number, word)
        if (++count === this.#needed) return
      }
      const unit = units[place] as number
      next = kinds[unit] as number
      if (next === PASSED && ++this.#passed > MOST_PASSED) {
        this.#handOnRest(word, count)
        return
      }
      if (next < LOOK) continue
      next = letterOf(unit)
      if (isMark(unit) ? !this.#goesPast(place, word, count) : this.#isHidden(place, word, count)) return
    }
    if (next !== PASSED) {
      word = ((word << 6) | next) & 0xffffff
      if (this.#isKnown(word)) this.stop(this.#starts[count] as number, word)
      count++
    }
    if (this.#goesOn && count < this.#needed) this.#handOnRest(word, count)
  }

  #isHidden(place: number, word: number, count: number): boolean {
    const nearEnd = this.#goesOn ? NEAR_END : 0
    if (!hidesLetters(this.#units, place, this.#length, word & 63, nearEnd)) return false
    this.#handOnRest(word, count)
    return true
  }

  /** Whether the path goes on behind a mark that stands for itself, or for a sign behind it. */
  #goesPast(place: number, word: number, count: number): boolean {
    const { between } = this.#tables
    const mark = this.#units[place] as number
    const read = this.#forks-- > 0 ? readMark(this.#units, place, this.#length) : UNSURE
    if (read === UNSURE) {
      this.#handOnRest(word, count)
      return false
    }
    if (read !== LITERAL) {
      const code = read >> 10
      const letter = letterOf(code)
      if (letter === 0 && isBare(this.#units, place, read)) return true
      if (letter > 0 || code > 127 || between[code] === 1)
        this.#follow(word, count, letter, place + (read & 1023))
    }
    // Those two may also be passed over, between texts in source code.
    return between[mark] === 1 || mark === BACKSLASH || mark === AMPERSAND
  }

  /** Those that are not done, by what is known of them. */
  #handOnRest(word: number, count: number): void {
    const { twos, threes } = this.#tables
    const starts = this.#starts
    const three = word & 0x3ffff
    if (three >> 12 > 0 && ((threes[three >> 3] as number) & (1 << (three & 7))) !== 0)
      this.stop(starts[count] as number, TO_READ)
    if (count + 1 < this.#needed && (word & 0xfc0) > 0 && twos[word & 0xfff] === 1)
      this.stop(starts[count + 1] as number, TO_READ)
    if (count + 2 < this.#needed && (word & 63) > 0) this.stop(starts[count + 2] as number, TO_READ)
  }
}
