/**
 * Globs from tools: `*`, `?`, `[a-z]`, `{a,b}`, `**`. Not turned into a regular expression, as libraries do: a pattern
 * like `*a*a*a*a*b` then takes time that grows with every star, and it would be the broker's own thread that is held
 * up. Here a name is matched in time that grows with name and pattern, no more.
 *
 * A glob without `/` is about names at any depth (`*.md`); one with `/` is about the path from the folder on.
 */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'

/** One place of a pattern within a name: a character, any, a set, or a star. */
type Piece =
  | { kind: 'char'; char: string }
  | { kind: 'any' }
  | { kind: 'star' }
  | { kind: 'set'; not: boolean; ranges: [string, string][] }
type Segment = Piece[] | 'deep'

const MAX_ALTERNATIVES = 64

/** @returns a test on the path from the folder on, with `/`; without a glob everything fits */
export function parseGlob(glob: string | undefined): Outcome<(relative: string) => boolean> {
  if (glob === undefined) return ok(() => true)
  const alternatives = expandBraces(glob)
  if (alternatives === null)
    return refused(
      'invalid-request',
      `The glob has more than ${MAX_ALTERNATIVES} alternatives. Use a simpler one.`,
    )
  const tests = alternatives.map(testOf)
  return ok((relative) => {
    const path = spelled(relative)
    return tests.some((test) => test(path))
  })
}

/** A path taken apart once for all alternatives. */
interface Spelled {
  names: string[][]
  last: string[]
}

function spelled(relative: string): Spelled {
  const names = relative.split('/').map((name) => [...name])
  return { names, last: names.at(-1) as string[] }
}

function testOf(glob: string): (path: Spelled) => boolean {
  const parts = glob.replace(/^\.?\/+/, '').split('/')
  if (parts.length === 1 && !glob.startsWith('/') && parts[0] !== '**') {
    const pieces = parsePieces(parts[0] as string)
    return ({ last }) => matchName(pieces, last)
  }
  const segments = parts.map((part): Segment => (part === '**' ? 'deep' : parsePieces(part)))
  return ({ names }) => matchPath(segments, names)
}

/** Which of the first `i` names fit the first segments: one row a segment, so `**` costs no more than a name. */
function matchPath(segments: Segment[], names: string[][]): boolean {
  let row = [true, ...names.map(() => false)]
  for (const segment of segments) {
    const next: boolean[] = [segment === 'deep' && row[0] === true]
    for (let i = 1; i <= names.length; i++) {
      const fits =
        segment === 'deep'
          ? row[i] || next[i - 1]
          : row[i - 1] && matchName(segment, names[i - 1] as string[])
      next.push(fits === true)
    }
    row = next
  }
  return row[names.length] === true
}

/** Goes back to the last star only: an earlier one never does better. */
function matchName(pieces: Piece[], name: string[]): boolean {
  if (!endsLike(pieces, name)) return false
  let piece = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < name.length) {
    const now = pieces[piece]
    if (now?.kind === 'star') {
      star = piece++
      starAt = at
    } else if (now && fitsPiece(now, name[at] as string)) {
      piece++
      at++
    } else if (star >= 0) {
      piece = star + 1
      at = ++starAt
    } else {
      return false
    }
  }
  while (pieces[piece]?.kind === 'star') piece++
  return piece === pieces.length
}

/** What comes after the last star stands at the end: most names that don't fit are known by that. */
function endsLike(pieces: Piece[], name: string[]): boolean {
  for (let back = 1; back <= pieces.length; back++) {
    const piece = pieces[pieces.length - back] as Piece
    if (piece.kind === 'star') return true
    if (back > name.length || !fitsPiece(piece, name[name.length - back] as string)) return false
  }
  return pieces.length === name.length
}

function fitsPiece(piece: Piece, char: string): boolean {
  if (piece.kind === 'any') return true
  if (piece.kind === 'char') return piece.char === char
  if (piece.kind === 'star') return false
  return piece.ranges.some(([from, to]) => from <= char && char <= to) !== piece.not
}

function parsePieces(part: string): Piece[] {
  const chars = [...part]
  const pieces: Piece[] = []
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string
    const set = char === '[' ? parseSet(chars, i) : null
    if (set) {
      pieces.push(set.piece)
      i = set.end
    } else if (char === '*') {
      if (pieces.at(-1)?.kind !== 'star') pieces.push({ kind: 'star' })
    } else if (char === '?') {
      pieces.push({ kind: 'any' })
    } else {
      pieces.push({
        kind: 'char',
        char: char === '\\' && i + 1 < chars.length ? (chars[++i] as string) : char,
      })
    }
  }
  return pieces
}

/** `[a-z]`, `[!a-z]`; null when the bracket is never closed, and so stands for itself. */
function parseSet(chars: string[], start: number): { piece: Piece; end: number } | null {
  const not = chars[start + 1] === '!' || chars[start + 1] === '^'
  const first = start + (not ? 2 : 1)
  // A bracket that comes first is one of the set.
  const end = chars.indexOf(']', first + 1)
  if (end < 0) return null
  const ranges: [string, string][] = []
  for (let i = first; i < end; i++) {
    const from = chars[i] as string
    const ranged = chars[i + 1] === '-' && i + 2 < end
    ranges.push([from, ranged ? (chars[i + 2] as string) : from])
    if (ranged) i += 2
  }
  return { piece: { kind: 'set', not, ranges }, end }
}

/** All that `{a,b}` stands for, nested ones too; null when there are too many. */
function expandBraces(glob: string): string[] | null {
  let done: string[] = []
  let todo = [glob]
  while (todo.length > 0) {
    if (todo.length + done.length > MAX_ALTERNATIVES) return null
    const found = todo.map((text) => ({ text, brace: innermost(text) }))
    done = done.concat(found.filter(({ brace }) => !brace).map(({ text }) => text))
    todo = found.flatMap(({ text, brace }) =>
      brace ? brace.options.map((option) => text.slice(0, brace.start) + option + text.slice(brace.end)) : [],
    )
  }
  return done
}

/** The first brace that holds no other, if it has a comma; a brace without one stands for itself. */
function innermost(text: string): { start: number; end: number; options: string[] } | null {
  const match = /\{([^{}]*,[^{}]*)\}/.exec(text)
  if (!match) return null
  return { start: match.index, end: match.index + match[0].length, options: (match[1] as string).split(',') }
}
