/**
 * Which values may begin at a place where the tables don't say that none does: by its first characters that can be seen,
 * plain or escaped, over what may stand between them.
 */
import type { EscapeReads } from './escape-reads.ts'
import { isInvisible } from './invisible.ts'
import { isFramedLine, jointAt, jumpAt } from './line-breaks.ts'
import { undress } from './look-alike.ts'
import { classAt, type Needle, type NeedleLists, PLAIN, pairKey } from './needle-tables.ts'
import { CUT_ESCAPE, escapeCode, escapeLength, isMark, mayGrow } from './read-escape.ts'
import { colorAt, JUMP, MOST_BETWEEN, mayJoin } from './sequence-signs.ts'
import type { UnseenRun } from './unseen-runs.ts'

export type RunFrom = (place: number) => UnseenRun
type Some = readonly Needle[] | undefined

/** So many characters that can't be seen are read one by one, before the whole run is looked at. */
const READ_SINGLY = 4
/** So many signs that may stand between two characters are passed over without reading them. */
const MOST_SEPARATORS = 4
const [SPACE, PLUS, COMMA, UNDERSCORE, ESC, DELETE] = [32, 43, 44, 95, 27, 127]
const [DASH, DOT] = [45, 46]
const isLineEnd = (unit: number) => unit === 10 || unit === 13
const { third: plainThird, separates, marks } = PLAIN

export function createBeginnings(tables: NeedleLists, reads: EscapeReads) {
  const { byTriple } = tables

  /**
   * By the third character, behind two that stand for themselves. Signs before it may be the value's own; the first that
   * separates nothing must be. Null where more must be read to know.
   */
  function third(text: string, units: Uint16Array, two: number, from: number): Some | null {
    // What ends a text in source code may be passed over, too.
    if (mayJoin((two >> 7) & 127)) return null
    let list: Some
    for (let at = from; at < from + MOST_SEPARATORS; at++) {
      const c = classAt(units, at)
      const next = classAt(units, at + 1)
      if (mayJoin(c)) return null
      if (plainThird[c] === 1 || marks[(c << 7) | next] === 1) return joined(list, byTriple.get(two | c))
      if (isMark(c)) return escapedThird(text, at, two, list)
      // Two spaces may end the line of a hex dump.
      if (separates[c] === 0 || (c === SPACE && next === SPACE)) return null
      list = joined(list, byTriple.get(two | c))
      if (c === SPACE) list = joined(list, byTriple.get(two | COMMA))
    }
    return null
  }

  /** The mark itself, or what its escape says. */
  function escapedThird(text: string, at: number, two: number, list: Some): Some | null {
    const read = reads.read(text, at)
    if (read === CUT_ESCAPE || mayGrow(text, at, read)) return null
    const mark = joined(list, byTriple.get(two | text.charCodeAt(at)))
    if (read < 0) return mark
    const code = escapeCode(read)
    return code > SPACE && code < DELETE && !isMark(code) ? joined(mark, byTriple.get(two | code)) : null
  }

  /** False when neither the mark that stands here nor what its escape says follows on this character. */
  function mayFollow(text: string, at: number, first: number): boolean {
    const read = reads.read(text, at)
    if (read === CUT_ESCAPE || mayGrow(text, at, read)) return true
    const code = read < 0 ? 0 : escapeCode(read)
    if (read >= 0 && (code <= SPACE || code >= DELETE || isMark(code) || mayJoin(code))) return true
    return tables.pairs[(first << 7) | code] === 1 || tables.pairs[(first << 7) | text.charCodeAt(at)] === 1
  }

  /** What may begin here, by this character and the next that can be seen. */
  function beginning(text: string, at: number, unit: number, runFrom: RunFrom): Some {
    if (!isMark(unit)) {
      const code = text.codePointAt(at) as number
      return narrowed(text, code, at + (code > 0xffff ? 2 : 1), runFrom)
    }
    const read = reads.read(text, at)
    const meant = read < 0 ? undefined : narrowed(text, escapeCode(read), at + escapeLength(read), runFrom)
    // The mark may stand for itself, escaped over and over or not; or its own signs are escaped in another way.
    const inner = read >= 0 && isMark(escapeCode(read)) ? nested(text, at, read, runFrom) : undefined
    return joined(joined(tables.byFirst.get(unit), meant), inner)
  }

  function nested(text: string, at: number, read: number, runFrom: RunFrom): Some {
    const said = reads.nested(text, at, read)
    return said < 0 ? undefined : narrowed(text, escapeCode(said), at + escapeLength(said), runFrom)
  }

  /** By the next character that can be seen, plain or escaped. */
  function narrowed(text: string, met: number, after: number, runFrom: RunFrom, jumped = 0): Some {
    const code = met > 127 && !tables.byFirst.has(met) ? undress(met) : met
    const list = tables.byFirst.get(code)
    if (!list) return undefined
    const begins = (second: number) => tables.byPair.has(pairKey(code, second))
    /** By what was passed over and may be the next character as well: tags; and by what a framed line begins with. */
    let others: Some
    const tags: number[] = []
    /** A color or what frames a line was met: such a text is read with less haste. */
    let framed = jumped > 0
    /** The line is read without jumping: a dash may be what frames it. */
    let isLine = false
    for (let next = after, passed = jumped; next < text.length; passed++) {
      if (passed - jumped === READ_SINGLY) {
        if (framed) return list
        const run = runFrom(next)
        if ([...run.marks].some((mark) => begins(mark.charCodeAt(0)))) return list
        next = run.end
        passed += run.count
      }
      // The matcher does not pass over more than that either.
      if (passed > MOST_BETWEEN) return others
      if (next === text.length) break
      const unit = text.charCodeAt(next)
      if (framed && (mayJoin(unit) || (unit === DASH && !isLine) || unit === DOT)) return list
      if (mayJoin(unit)) {
        const { length, cut } = jointAt(text, next)
        if (cut) return list
        if (length > 0 && passed + JUMP <= MOST_BETWEEN)
          others = joined(others, narrowed(text, code, next + length, runFrom, passed + JUMP))
      }
      if (isMark(unit)) {
        const read = reads.read(text, next)
        if (read === CUT_ESCAPE || mayGrow(text, next, read)) return list
        if (read >= 0 && isMark(escapeCode(read))) {
          const said = markSays(text, next, read, code)
          return said === null ? list : joined(others, said)
        }
        if (read < 0) return joined(others, tables.byPair.get(pairKey(code, unit)))
        if (undress(escapeCode(read)) !== escapeCode(read)) return list
        if (!isInvisible(escapeCode(read))) return joined(others, either(code, escapeCode(read), unit))
        // White space, or the value has a backslash and an n in it.
        if (begins(unit)) return list
        next += escapeLength(read)
      } else if (isInvisible(unit)) {
        if (unit === ESC) {
          const color = colorAt(text, next)
          if (color === CUT_ESCAPE) return list
          next += color
          framed = true
          continue
        }
        if (isLineEnd(unit) && isFramedLine(text, next)) {
          const { length, cut } = jumpAt(text, next, 'plain')
          framed = true
          isLine = true
          // Between numbers such a line is read in another way.
          if (cut || begins(COMMA)) return list
          if (passed + JUMP <= MOST_BETWEEN)
            others = joined(others, narrowed(text, code, next + length, runFrom, passed + JUMP))
        }
        next++
      } else if (unit === PLUS || unit === UNDERSCORE)
        return joined(joined(others, tables.byPair.get(pairKey(code, unit))), tables.spaced.get(code))
      else if (unit === DASH || unit === DOT)
        return joined(joined(others, tables.byPair.get(pairKey(code, unit))), tables.parted.get(code))
      else if (unit < 0x80) return joined(others, tables.byPair.get(pairKey(code, unit)))
      else {
        const other = text.codePointAt(next) as number
        const sign = undress(other)
        if (sign === other)
          return unit > 0xd7ff ? list : joined(others, tables.byPair.get(pairKey(code, unit)))
        // A tag stands for a sign and can't be seen either.
        if (!isInvisible(other)) return joined(others, either(code, sign, other))
        if (!tags.includes(sign)) others = joined(others, tables.byPair.get(pairKey(code, sign)))
        tags.push(sign)
        next += other > 0xffff ? 2 : 1
      }
    }
    return list
  }

  /** A mark that is escaped may stand for itself, or begin an escape; null where what follows must be read to know. */
  function markSays(text: string, at: number, read: number, code: number): Some | null {
    const mark = either(code, escapeCode(read), text.charCodeAt(at))
    const said = reads.nested(text, at, read)
    if (said === CUT_ESCAPE) return null
    if (said < 0) return mark
    const meant = escapeCode(said)
    if (isInvisible(meant) || undress(meant) !== meant) return null
    return joined(mark, tables.byPair.get(pairKey(code, meant)))
  }

  /** A mark may mean what its escape says, or itself. */
  function either(code: number, meant: number, mark: number): Some {
    const first = tables.byPair.get(pairKey(code, meant))
    const other = meant === mark ? undefined : tables.byPair.get(pairKey(code, mark))
    return first && other ? [...first, ...other] : (first ?? other)
  }

  return { beginning, third, mayFollow }
}

function joined(one: Some, other: Some): Some {
  return one && other ? [...one, ...other] : (one ?? other)
}
