/**
 * Draws text from others so that nothing in it hides: what can't be seen, what turns the order of reading round, and
 * letters that pass for others come out as marks like ⟨U+202E⟩. Never cut off, and two different texts never come
 * out as one (a literal ⟨, ⟩, ⇥ or ↵ is drawn as a mark too). Text of plain visible characters comes out as it is.
 * Pure: used by the consent window, notifications and the terminal.
 */
import { LOOK_ALIKES } from './look-alikes.ts'

export const SHOWN_FIELDS = ['agent', 'tool', 'path', 'url', 'command', 'reason', 'argument'] as const
/** Where the text stands. `argument` may have lines; in `path`, `url` and `command` every sign counts. */
export type ShownField = (typeof SHOWN_FIELDS)[number]

export type RunKind = 'plain' | 'hidden' | 'bidi' | 'control' | 'lookalike' | 'newline'
export interface ShownRun {
  /** As it came. The runs' texts together are the whole text. */
  text: string
  /** As it is drawn. Right-to-left letters stay letters: draw each run of kind `bidi` isolated. */
  shown: string
  kind: RunKind
}
export interface ShownText {
  runs: ShownRun[]
  /** All runs as drawn. No character in it is invisible; control characters other than a line feed are gone. */
  shown: string
  /** One plain sentence for each kind of finding. Empty when there is nothing to say. */
  warnings: string[]
}

interface Piece {
  text: string
  shown: string
  kind: RunKind
  finding: Finding | null
}
type Finding =
  | 'direction'
  | 'rtl'
  | 'invisible'
  | 'space'
  | 'control'
  | 'newline'
  | 'lookalike'
  | 'stacked'
  | 'unknown'
  | 'mark'

const BIDI = /^\p{Bidi_Control}$/u
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Variation_Selector}\u2800\u{1D159}]$/u
const CONTROL = /^[\p{Cc}\p{Zl}\p{Zp}]$/u
const SPACE = /^\p{Zs}$/u
const UNKNOWN = /^[\p{Co}\p{Cn}\p{Cs}\uFFFC\uFFFD]$/u
const COMBINING = /^\p{M}$/u
/** Marks drawn over or round the character before them: they change what it looks like. */
const OVERLAY = /^(?:\p{Me}|[\u0334-\u0338]|[\u20D2\u20D3]|[\u20D8-\u20DA]|[\u20E5-\u20EB])$/u
const RTL =
  /^[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]$/u
const OWN_MARKS = new Set(['⟨', '⟩', '⇥', '↵'])
const MOST_STACKED = 3

/** One-line fields where any sign may matter to a machine. */
const MACHINE = new Set<ShownField>(['path', 'url', 'command'])

export function showText(text: string, field: ShownField): ShownText {
  const address = field === 'url' ? addressWarnings(text) : []
  if (/^(?:[\x21-\x7e]+(?: [\x21-\x7e]+)*)?$/.test(text))
    return { runs: text === '' ? [] : [{ text, shown: text, kind: 'plain' }], shown: text, warnings: address }
  const pieces: Piece[] = []
  const chunks = field === 'argument' ? /[\x20-\x7e]+|[^\x20-\x7e]/gu : /[\x21-\x7e]+|[^\x21-\x7e]/gu
  for (const [chunk] of text.matchAll(chunks)) pieces.push(draw(chunk, field, pieces))
  markLookAlikes(pieces, field)
  markSpaces(pieces, field)
  const runs = joinRuns(pieces)
  return {
    runs,
    shown: runs.map((run) => run.shown).join(''),
    warnings: [...warningsOf(pieces, field), ...address],
  }
}

/** A code point as a mark: ⟨U+202E⟩. */
export function codeMark(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

function draw(chunk: string, field: ShownField, before: Piece[]): Piece {
  const marked = (kind: RunKind, finding: Finding): Piece => ({
    text: chunk,
    shown: codeMark(chunk),
    kind,
    finding,
  })
  if (/^[\x20-\x7e]/.test(chunk)) return { text: chunk, shown: chunk, kind: 'plain', finding: null }
  if (chunk === '\n')
    return field === 'argument'
      ? { text: chunk, shown: '↵\n', kind: 'newline', finding: null }
      : marked('newline', 'newline')
  if (chunk === '\t' && field === 'argument')
    return { text: chunk, shown: '⇥', kind: 'control', finding: null }
  if (OWN_MARKS.has(chunk)) return marked('lookalike', 'mark')
  if (BIDI.test(chunk)) return marked('bidi', 'direction')
  if (CONTROL.test(chunk)) return marked('control', 'control')
  if (SPACE.test(chunk)) return marked('hidden', 'space')
  if (INVISIBLE.test(chunk)) return marked('hidden', 'invisible')
  if (UNKNOWN.test(chunk)) return marked('hidden', 'unknown')
  if (COMBINING.test(chunk))
    return stacksTooHigh(chunk, before)
      ? marked('hidden', 'stacked')
      : { text: chunk, shown: chunk, kind: 'plain', finding: null }
  if (RTL.test(chunk)) return { text: chunk, shown: chunk, kind: 'bidi', finding: 'rtl' }
  return { text: chunk, shown: chunk, kind: 'plain', finding: null }
}

function stacksTooHigh(chunk: string, before: Piece[]): boolean {
  if (OVERLAY.test(chunk)) return true
  let stacked = 0
  for (let at = before.length - 1; at >= 0; at--) {
    const piece = before[at]
    if (!piece || piece.shown !== piece.text) return true
    if (!COMBINING.test(piece.text)) return piece.text.endsWith(' ')
    stacked += 1
    if (stacked >= MOST_STACKED) return true
  }
  return true
}

// ── spaces ───────────────────────────────────────────────────────────────────────────────────────────────────

/** Spaces at an end, or several in a row, can't be seen in a line of their own: they are drawn where no lines are expected. */
function markSpaces(pieces: Piece[], field: ShownField): void {
  if (field === 'argument') return
  pieces.forEach((piece, at) => {
    if (piece.text !== ' ') return
    const next = pieces[at + 1]
    const atEnd = at === 0 || next === undefined
    if (!atEnd && pieces[at - 1]?.text !== ' ') return
    Object.assign(piece, { shown: codeMark(' '), kind: 'hidden', finding: 'space' })
  })
}

// ── look-alikes ──────────────────────────────────────────────────────────────────────────────────────────────

const LIKENESS: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([plain, others]) =>
    [...others].map((other) => [other, plain] as const),
  ),
)

/** What an ASCII reader would take this character for; null when it looks like itself. */
export function likenessOf(character: string): string | null {
  if (character <= '\x7f') return null
  const listed = LIKENESS.get(character)
  if (listed !== undefined) return listed
  const plain = character.normalize('NFKC')
  return plain !== character && /^[\x21-\x7e]+$/.test(plain) ? plain : null
}

const LETTER = /^[\p{L}\p{N}\p{M}]/u
const LATIN = /^\p{Script=Latin}$/u

/**
 * Marks letters that pass for ASCII ones: in a word together with ASCII or Latin letters, or in a word that is made
 * of nothing else. In fields for machines, signs (slashes, dots, dashes, quotes) count too.
 */
function markLookAlikes(pieces: Piece[], field: ShownField): void {
  let word: Piece[] = []
  const flush = () => {
    markWord(word, field)
    word = []
  }
  for (const piece of pieces) {
    const drawn = piece.shown === piece.text
    if (drawn && LETTER.test(piece.text)) {
      word.push(piece)
    } else if (drawn && /^[\x20-\x7e]/.test(piece.text)) {
      // A stretch of ASCII may hold several words: only its ends touch the letters beside it.
      if (/^[A-Za-z0-9]/.test(piece.text)) word.push(piece)
      flush()
      if (/[A-Za-z0-9]$/.test(piece.text)) word.push(piece)
    } else if (drawn || piece.kind !== 'hidden') {
      flush()
      if (drawn && MACHINE.has(field) && likenessOf(piece.text) !== null) markAsLookAlike(piece)
    }
  }
  flush()
}

function markWord(word: Piece[], field: ShownField): void {
  const foreign = word.filter((piece) => !/^[\x20-\x7e]/.test(piece.text) && !COMBINING.test(piece.text))
  const alike = foreign.filter((piece) => likenessOf(piece.text) !== null)
  if (alike.length === 0) return
  const besideLatin = word.some(
    (piece) => /[A-Za-z]/.test(piece.text) || (LATIN.test(piece.text) && likenessOf(piece.text) === null),
  )
  const nothingElse = alike.length === foreign.length
  for (const piece of alike) {
    const latin = LATIN.test(piece.text) && piece.text.normalize('NFKC') === piece.text
    if (latin && field === 'argument') continue
    if (besideLatin || (nothingElse && field !== 'argument' && field !== 'reason')) markAsLookAlike(piece)
  }
}

function markAsLookAlike(piece: Piece): void {
  Object.assign(piece, {
    shown: `${piece.text}${codeMark(piece.text)}`,
    kind: 'lookalike',
    finding: 'lookalike',
  })
}

// ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────

function addressWarnings(text: string): string[] {
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/*([^/?#\\]*)/.exec(text)?.[1] ?? ''
  const warnings: string[] = []
  if (authority.includes('@'))
    warnings.push('What stands before the @ is not the host: the request goes to what stands after it.')
  if (/(?:^|[.@])xn--/i.test(authority))
    warnings.push('The host is written with letters outside ASCII, in their encoded form (xn--…).')
  return warnings
}

// ── putting together ─────────────────────────────────────────────────────────────────────────────────────────

function joinRuns(pieces: Piece[]): ShownRun[] {
  const runs: ShownRun[] = []
  for (const { text, shown, kind } of pieces) {
    const last = runs[runs.length - 1]
    if (last && last.kind === kind && kind !== 'newline') {
      last.text += text
      last.shown += shown
    } else runs.push({ text, shown, kind })
  }
  return runs
}

const SENTENCES: Record<Finding, (some: string, count: number) => string> = {
  direction: (some, count) =>
    `Holds ${many(count, 'character')} that turn the order of reading round (${some}).`,
  rtl: (_, count) => `Holds ${many(count, 'letter')} written from right to left: read it piece by piece.`,
  invisible: (some, count) => `Holds ${many(count, 'character')} that can’t be seen (${some}).`,
  space: (some, count) =>
    `Holds ${many(count, 'space')} that can’t be seen or pass for a plain one (${some}).`,
  control: (some, count) => `Holds ${many(count, 'control character')} (${some}).`,
  newline: (_, count) => `Holds ${many(count, 'line break')} where one line is expected.`,
  lookalike: (some, count) =>
    `Holds ${many(count, 'character')} that ${count === 1 ? 'looks' : 'look'} like others (${some}).`,
  stacked: (some, count) =>
    `Holds ${many(count, 'mark')} stacked on or drawn over other characters (${some}).`,
  unknown: (some, count) => `Holds ${many(count, 'character')} without a known form (${some}).`,
  mark: (_, count) =>
    `Holds ${many(count, 'character')} that ${count === 1 ? 'imitates' : 'imitate'} the marks drawn here.`,
}
const MOST_NAMED = 5

function warningsOf(pieces: Piece[], field: ShownField): string[] {
  const found = new Map<Finding, Piece[]>()
  for (const piece of pieces) {
    if (piece.finding === null || (piece.finding === 'rtl' && !MACHINE.has(field))) continue
    const list = found.get(piece.finding)
    if (list) list.push(piece)
    else found.set(piece.finding, [piece])
  }
  return [...found].map(([finding, list]) => SENTENCES[finding](nameSome(list, finding), list.length))
}

function nameSome(list: Piece[], finding: Finding): string {
  const names = [...new Set(list.map(({ text }) => nameOf(text, finding)))]
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
  return `${names.slice(0, MOST_NAMED).join(', ')}${more}`
}

function nameOf(text: string, finding: Finding): string {
  const code = codeMark(text).slice(1, -1)
  return finding === 'lookalike' ? `${code} like “${likenessOf(text) ?? '?'}”` : code
}

function many(count: number, noun: string): string {
  return count === 1 ? `a ${noun}` : `${count.toLocaleString('en-US')} ${noun}s`
}
