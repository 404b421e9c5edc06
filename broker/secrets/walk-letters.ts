/**
 * The loop that every unit of every text goes through: only letters and digits are looked at, four together, whatever
 * stands between them. A value that begins with a letter reads like that, in the text as in the tables, however it is
 * wrapped, separated or joined; but for escapes, letters in other dress and what frames a line. What an escape says is
 * followed on a side path where that is simple (`side-paths.ts`). Before all other such signs, and before the end of a
 * text that goes on, the last three letters are handed on to be read.
 *
 * It has one branch for each unit, which is hardly ever taken: where letters begin and end in a text can't be foreseen,
 * and asking costs more than all the rest. Stops are gathered, then they are looked at.
 */
import { placeOf } from './key-lists.ts'
import { hidesLetters, LONGEST_TAIL, LOOK, letterOf, NEAR_END, READ } from './letter-signs.ts'
import type { LetterTables } from './letter-tables.ts'
import { dumpEndsAt, placeEndsAt } from './look-back.ts'
import { isMark } from './read-escape.ts'
import { MOST_STOPS, SidePaths, type Stops, TO_READ } from './side-paths.ts'

/** Gathered before they are looked at. */
const SOME = 512
const ROOM = SOME + MOST_STOPS + LONGEST_TAIL
const [NEWLINE, COLON, X, ZERO] = [10, 58, 120, 48]

export class LetterWalk {
  /** Where a value may begin, and the four letters with which it does. Not in order. */
  readonly places = new Int32Array(ROOM)
  readonly fours = new Int32Array(ROOM)
  readonly #tables: LetterTables
  readonly #side: SidePaths
  readonly #stops: Stops
  #units: Uint16Array = new Uint16Array(0)
  #length = 0
  #nearEnd = 0
  #place = 0
  /** The last letters; zeros before them where what came before does not count. */
  #word = 0

  constructor(tables: LetterTables) {
    this.#tables = tables
    this.#stops = { places: this.places, fours: this.fours, count: 0 }
    this.#side = new SidePaths(tables, this.#stops)
  }

  /** `goesOn`: what is cut short by the end of the text counts, too. */
  begin(units: Uint16Array, length: number, goesOn: boolean): void {
    this.#units = units
    this.#length = length
    this.#nearEnd = goesOn ? NEAR_END : 0
    this.#place = 0
    this.#word = 0
    this.#side.begin(units, length, goesOn)
  }

  /** How many stops there are now; 0 at the end. */
  next(): number {
    this.#stops.count = 0
    while (this.#place < this.#length && this.#stops.count === 0) this.#walk()
    if (this.#stops.count === 0 && this.#nearEnd > 0) this.#atEnd()
    return this.#stops.count
  }

  #walk(): void {
    const { walked: kinds, fours, shift } = this.#tables
    const stops = this.#stops
    const units = this.#units
    const length = this.#length
    const found = { word: this.#word, longer: 0 }
    let place = this.#place
    for (; place < length && stops.count < SOME; place++) {
      place = passOver(units, place, length, kinds, fours, shift, found)
      if (place === length) break
      const kind = kinds[units[place] as number] as number
      if (kind < LOOK) {
        this.#side.hit(place, found.word, found.longer)
        found.word = found.longer
      } else found.word = this.#look(place, kind, found.word)
    }
    this.#place = place
    this.#word = found.word
  }

  /** What is no plain letter. @returns the last letters then */
  #look(place: number, kind: number, before: number): number {
    const units = this.#units
    const side = this.#side
    const unit = units[place] as number
    if (isMark(unit)) return side.atMark(place, before) ? before : 0
    let word = before
    if (unit === COLON) placeEndsAt(units, place, side)
    else if ((unit | 32) === X) {
      // Before a byte in hex.
      if (units[place - 1] === ZERO && word !== 0) {
        side.handOn(place - 1, word >> 6)
        word = letterOf(ZERO)
      }
    } else if (hidesLetters(units, place, this.#length, word & 63, this.#nearEnd)) {
      if (unit === NEWLINE) dumpEndsAt(units, place, side)
      if (word !== 0) side.handOn(place, word)
      word = 0
    }
    if (kind >= READ) side.stop(place, TO_READ)
    const letter = letterOf(unit)
    if (letter === 0) return word
    const longer = ((word << 6) | letter) & 0xffffff
    side.hit(place, word, longer)
    return longer
  }

  /** Once: of a text that goes on. */
  #atEnd(): void {
    const [units, length, side] = [this.#units, this.#length, this.#side]
    this.#nearEnd = 0
    if (this.#word !== 0) {
      side.handOn(length, this.#word)
      if (units[length - 1] === ZERO) side.handOn(length - 1, this.#word >> 6)
    }
    dumpEndsAt(units, length, side)
    placeEndsAt(units, length, side)
  }
}

/** To the next place that is not passed over. Calls nothing, and writes nothing before: what it needs stays in registers. */
function passOver(
  units: Uint16Array,
  from: number,
  length: number,
  kinds: Uint8Array,
  fours: Int32Array,
  shift: number,
  found: { word: number; longer: number },
): number {
  let word = found.word
  let longer = 0
  let place = from
  for (; place < length; place++) {
    const kind = kinds[units[place] as number] as number
    // 1 for a letter, 0 for what is passed over.
    const one = (kind + 63) >> 6
    longer = ((word << (one * 6)) | kind) & 0xffffff
    const bit = placeOf(longer, shift)
    if (((((fours[bit >> 5] as number) >>> (bit & 31)) & one) | (kind >> 6)) !== 0) break
    word = longer
  }
  found.word = word
  found.longer = longer
  return place
}
