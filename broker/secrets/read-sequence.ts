/**
 * One sequence at one place of a text, read in every way: each character plain or escaped in any way, with wrapped lines,
 * white space and invisible characters between.
 */
import type { EscapeReads } from './escape-reads.ts'
import { isInvisible } from './invisible.ts'
import { jointAt, jumpAt, mayBreak } from './line-breaks.ts'
import type { Pace } from './pace.ts'
import {
  CUT_ESCAPE,
  escapeCode,
  escapeLength,
  isMark,
  marksItself,
  mayGrow,
  nestedMark,
} from './read-escape.ts'
import { type Sequence, sequence } from './sequence.ts'
import { gapAt, JUMP, MOST_BETWEEN, mayJoin, mayPass, same } from './sequence-signs.ts'

const NO_END = -1
export interface Match {
  /** -1: it doesn't stand here. */
  end: number
  /** The text ends before the sequence does, in one way to read it: with more of the text it may stand here, or go on. */
  open: boolean
}
export const NO_MATCH: Match = Object.freeze({ end: NO_END, open: false })
/** Where a mark can be read in two ways both are followed, up to so many times. */
const MOST_FORKS = 1000
const COMMA = 44

/** Reads one sequence at one place in every way. One for all tries: what nearly every one needs is made once. */
export class SequenceReader {
  readonly #reads: EscapeReads
  readonly #pace: Pace
  #text = ''
  #sequence: Sequence = sequence('plain', '')
  #codes = this.#sequence.codes
  #kind = this.#sequence.kind
  #forks = 0
  #open = false

  constructor({ reads, pace }: { reads: EscapeReads; pace: Pace }) {
    this.#reads = reads
    this.#pace = pace
  }

  read(text: string, at: number, wanted: Sequence): Match {
    this.#text = text
    this.#sequence = wanted
    this.#codes = wanted.codes
    this.#kind = wanted.kind
    this.#forks = 0
    this.#open = false
    try {
      const end = this.#follow(0, at, 0)
      return end === NO_END && !this.#open ? NO_MATCH : { end, open: this.#open }
    } finally {
      this.#text = ''
    }
  }

  #follow(done: number, from: number, skippedBefore: number): number {
    this.#pace.step()
    let [index, pos, skipped] = [done, from, skippedBefore]
    let best = NO_END
    while (index < this.#codes.length) {
      if (pos >= this.#text.length) return this.#cutHere(best)
      const wanted = this.#codes[index] as number
      const unit = this.#text.charCodeAt(pos)
      if (index > 0 && mayJoin(unit)) best = Math.max(best, this.#join(index, pos, skipped))
      if (isMark(unit)) {
        if (unit === wanted && this.#forks < MOST_FORKS) best = Math.max(best, this.#fork(index + 1, pos))
        const read = this.#reads.read(this.#text, pos)
        if (read === CUT_ESCAPE) return this.#cutHere(best)
        if (read >= 0 && isMark(escapeCode(read)))
          best = Math.max(best, this.#within(index, pos, read, skipped))
        const taken = read >= 0 && same(escapeCode(read), wanted, this.#kind)
        if (mayGrow(this.#text, pos, read)) {
          if (!taken) return this.#cutHere(best)
          this.#open = true
        }
        if (taken || (read >= 0 && mayPass(index, skipped, escapeCode(read)))) {
          pos += escapeLength(read)
          if (taken) index++
          skipped = taken ? 0 : skipped + 1
          continue
        }
      }
      if (index > 0 && mayBreak(unit, this.#kind)) best = Math.max(best, this.#jump(index, pos, skipped))
      const code = isHalf(unit) ? (this.#text.codePointAt(pos) as number) : unit
      const prefix = this.#kind === 'hex' && index % 2 === 0 && index > 0 && code === 48
      if (prefix && pos + 1 === this.#text.length && wanted !== code) return this.#cutHere(best)
      if (same(code, wanted, this.#kind) && !(prefix && (this.#text.charCodeAt(pos + 1) | 32) === 120)) {
        index++
        pos += code > 0xffff ? 2 : 1
        skipped = 0
        continue
      }
      if (isHalf(unit) && pos + 1 === this.#text.length) return this.#cutHere(best)
      // Between numbers white space separates as well as a comma does.
      if (this.#kind === 'numbers' && wanted === COMMA && isInvisible(code)) {
        index++
        pos++
        continue
      }
      const gap = mayPass(index, skipped) ? gapAt(this.#text, pos, code, index, this.#sequence) : 0
      if (gap === CUT_ESCAPE) return this.#cutHere(best)
      if (gap === 0) return best
      pos += gap
      skipped++
    }
    return Math.max(best, pos)
  }

  #fork(index: number, pos: number): number {
    let best = NO_END
    for (const length of marksItself(this.#text, pos)) {
      this.#forks++
      best = Math.max(best, this.#follow(index, pos + length, 0))
    }
    return best
  }

  /** An escape whose own signs are escaped in another way. */
  #within(index: number, pos: number, read: number, skipped: number): number {
    if (this.#forks >= MOST_FORKS) return NO_END
    this.#forks++
    const wanted = this.#codes[index] as number
    const twice = escapeCode(read) === wanted ? nestedMark(this.#text, pos, read) : 0
    if (twice > 0)
      return Math.max(this.#follow(index + 1, pos + twice, 0), this.#inner(index, pos, read, skipped))
    return this.#inner(index, pos, read, skipped)
  }

  #inner(index: number, pos: number, read: number, skipped: number): number {
    const said = this.#reads.nested(this.#text, pos, read)
    if (said === CUT_ESCAPE) this.#open = true
    if (said < 0) return NO_END
    const after = pos + escapeLength(said)
    if (same(escapeCode(said), this.#codes[index] as number, this.#kind))
      return this.#follow(index + 1, after, 0)
    return mayPass(index, skipped, escapeCode(said)) ? this.#follow(index, after, skipped + 1) : NO_END
  }

  /** Over the end of a line and what a program writes before the next. */
  #jump(index: number, pos: number, skipped: number): number {
    const isNumber = this.#kind === 'numbers'
    if (this.#forks >= MOST_FORKS || skipped + JUMP > MOST_BETWEEN) return NO_END
    if (isNumber ? this.#codes[index] !== COMMA : this.#kind === 'hex' && index % 2 === 1) return NO_END
    this.#forks++
    const { length, cut } = jumpAt(this.#text, pos, this.#kind)
    this.#open ||= cut
    return length === 0 ? NO_END : this.#follow(isNumber ? index + 1 : index, pos + length, skipped + JUMP)
  }

  /** Over the end of a text in source code to the next one. */
  #join(index: number, pos: number, skipped: number): number {
    if (this.#kind === 'numbers' || this.#forks >= MOST_FORKS || skipped + JUMP > MOST_BETWEEN) return NO_END
    this.#forks++
    const { length, cut } = jointAt(this.#text, pos)
    this.#open ||= cut
    return length === 0 ? NO_END : this.#follow(index, pos + length, skipped + JUMP)
  }

  #cutHere(best: number): number {
    this.#open = true
    return best
  }
}

const isHalf = (unit: number) => unit >= 0xd800 && unit < 0xdc00
