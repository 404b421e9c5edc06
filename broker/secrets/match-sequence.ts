/**
 * Whether one sequence stands at one place of a text. Nearly every try ends at a sign that can be read in one way only;
 * the others are read in every way (`read-sequence.ts`).
 */
import type { EscapeReads } from './escape-reads.ts'
import { isInvisible } from './invisible.ts'
import { CUT_ESCAPE, escapeCode, escapeLength, isMark, mayGrow, NO_ESCAPE } from './read-escape.ts'
import { type Match, NO_MATCH, type SequenceReader } from './read-sequence.ts'
import type { Sequence } from './sequence.ts'
import { gapAt, MOST_BETWEEN, mayJoin, same } from './sequence-signs.ts'

const [NEWLINE, RETURN, ESC, SPACE, ZERO, BACKSLASH] = [10, 13, 27, 32, 48, 92]

/** What all tries in one text share. */
export interface Tried {
  /** Of the text that is looked at. */
  units: Uint16Array
  reads: EscapeReads
  reader: SequenceReader
}

export function matchSequence(text: string, at: number, sequence: Sequence, tried: Tried): Match {
  return isPlainMiss(text, at, sequence, tried) ? NO_MATCH : tried.reader.read(text, at, sequence)
}

/** Characters that can be read in one way only, up to one that is wrong: how nearly every try ends. Costs no allocation. */
function isPlainMiss(text: string, at: number, sequence: Sequence, { units, reads }: Tried): boolean {
  const { codes, kind, readable } = sequence
  let passed = 0
  for (let index = 0, pos = at; index < codes.length; ) {
    const unit = units[pos] as number
    if (unit > 127) return false
    const wanted = codes[index] as number
    if (isMark(unit) && index > 0) {
      const said = unit === wanted ? CUT_ESCAPE : saysOnly(text, pos, wanted, sequence, reads)
      if (said < 0) return said === NO_ESCAPE
      pos += escapeLength(said)
    } else {
      if (readable[unit] === 1 && mayBeMore(text, pos, unit, index, kind)) return false
      if (!same(unit, wanted, kind)) {
        if (readable[unit] === 0 || ++passed > MOST_BETWEEN) return true
        if (gapAt(text, pos, unit, index, sequence) === 0) return true
        pos++
        continue
      }
      pos++
    }
    index++
    passed = 0
  }
  return false
}

/** Whether this can be read in more ways than as the value's own sign, or else as nothing. */
function mayBeMore(text: string, pos: number, unit: number, index: number, kind: Sequence['kind']): boolean {
  if (index === 0 || kind === 'numbers' || mayJoin(unit)) return true
  if (unit === ESC || unit === NEWLINE || unit === RETURN) return true
  if (kind !== 'hex') return false
  const next = text.charCodeAt(pos + 1)
  if (Number.isNaN(next)) return true
  // Two spaces may end the line of a hex dump, and a zero may begin the next byte.
  return unit === SPACE ? next === SPACE : unit === ZERO && (next | 32) === 120
}

/** What an escape says, where nothing else can be meant; `NO_ESCAPE` where that is not the sign wanted; else `CUT_ESCAPE`. */
function saysOnly(text: string, pos: number, wanted: number, { kind }: Sequence, reads: EscapeReads): number {
  if (text.charCodeAt(pos) === BACKSLASH && mayGoOn(text.charCodeAt(pos + 1))) return CUT_ESCAPE
  const read = reads.read(text, pos)
  if (read === CUT_ESCAPE || mayGrow(text, pos, read)) return CUT_ESCAPE
  if (read < 0) return NO_ESCAPE
  const code = escapeCode(read)
  if (isInvisible(code)) return CUT_ESCAPE
  if (!isMark(code)) return same(code, wanted, kind) ? read : NO_ESCAPE
  const said = code === wanted ? CUT_ESCAPE : reads.nested(text, pos, read)
  if (said < 0) return said
  const meant = escapeCode(said)
  return same(meant, wanted, kind) || isInvisible(meant) ? CUT_ESCAPE : NO_ESCAPE
}

/** What may follow a backslash that ends a text in source code. */
const mayGoOn = (unit: number) => !(unit > 0) || mayJoin(unit)
