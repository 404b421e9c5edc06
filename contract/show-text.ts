/**
 * Draws text from others so that nothing in it hides: what can't be seen, what turns the order of reading round, and
 * letters that pass for others come out as marks like ⟨U+202E⟩. Never cut off, and two different texts never come
 * out as one (a literal ⟨, ⟩, ⇥ or ↵ is drawn as a mark too). Text of plain visible characters comes out as it is.
 * Pure: used by the consent window, notifications and the terminal.
 */
import { markLookAlikes } from './mark-look-alikes.ts'
import { remember } from './remember.ts'
import {
  COMBINING,
  codeMark,
  type Finding,
  type Piece,
  type RunKind,
  type ShownField,
} from './shown-pieces.ts'
import { addressWarnings, warningsOf } from './warn-of-text.ts'

export { type RunKind, SHOWN_FIELDS, type ShownField } from './shown-pieces.ts'

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

const BIDI = /^\p{Bidi_Control}$/u
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Variation_Selector}\u2800\u{1D159}]$/u
const CONTROL = /^[\p{Cc}\p{Zl}\p{Zp}]$/u
const SPACE = /^\p{Zs}$/u
const UNKNOWN = /^[\p{Co}\p{Cn}\p{Cs}\uFFFC\uFFFD]$/u
/** Marks drawn over or round the character before them: they change what it looks like. */
const OVERLAY = /^(?:\p{Me}|[\u0334-\u0338]|[\u20D2\u20D3]|[\u20D8-\u20DA]|[\u20E5-\u20EB])$/u
const RTL =
  /^[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]$/u
const OWN_MARKS = new Set(['⟨', '⟩', '⇥', '↵'])
const MOST_STACKED = 3

export function showText(text: string, field: ShownField): ShownText {
  const address = field === 'url' ? addressWarnings(text) : []
  if (/^(?:[\x21-\x7e]+(?: [\x21-\x7e]+)*)?$/.test(text))
    return { runs: text === '' ? [] : [{ text, shown: text, kind: 'plain' }], shown: text, warnings: address }
  const pieces: Piece[] = []
  for (const chunk of chunksOf(text, field === 'argument' ? 0x20 : 0x21))
    add(pieces, draw(chunk, field, pieces))
  markLookAlikes(pieces, field)
  markSpaces(pieces, field)
  const runs = joinRuns(pieces)
  return {
    runs,
    shown: runs.map((run) => run.shown).join(''),
    warnings: [...warningsOf(pieces, field), ...address],
  }
}

/** Neighbors that are marked for one reason are one piece: a flood of them costs no more than its text. */
function add(pieces: Piece[], piece: Piece): void {
  const last = pieces[pieces.length - 1]
  const isFlood = piece.kind === 'hidden' || piece.kind === 'control'
  if (isFlood && piece.finding !== null && last?.finding === piece.finding && last.kind === piece.kind) {
    last.text += piece.text
    last.shown += piece.shown
  } else pieces.push(piece)
}

/** Stretches of plain ASCII from `first` on; every other character alone. */
function* chunksOf(text: string, first: number): Generator<string> {
  const isPlain = (at: number) => {
    const unit = text.charCodeAt(at)
    return unit >= first && unit <= 0x7e
  }
  for (let at = 0; at < text.length; ) {
    let end = at
    while (end < text.length && isPlain(end)) end++
    if (end === at) end += (text.codePointAt(at) as number) > 0xffff ? 2 : 1
    yield text.slice(at, end)
    at = end
  }
}

function draw(chunk: string, field: ShownField, before: Piece[]): Piece {
  if (/^[\x20-\x7e]/.test(chunk)) return { text: chunk, shown: chunk, kind: 'plain', finding: null }
  if (chunk === '\n')
    return field === 'argument'
      ? { text: chunk, shown: '↵\n', kind: 'newline', finding: null }
      : { text: chunk, shown: codeMark(chunk), kind: 'newline', finding: 'newline' }
  if (chunk === '\t' && field === 'argument')
    return { text: chunk, shown: '⇥', kind: 'control', finding: null }
  const alone = drawAlone(chunk)
  if (alone !== 'combining') return { ...alone }
  return stacksTooHigh(chunk, before)
    ? { text: chunk, shown: codeMark(chunk), kind: 'hidden', finding: 'stacked' }
    : { text: chunk, shown: chunk, kind: 'plain', finding: null }
}

/** How a character is drawn whatever stands beside it. */
const drawAlone = remember((chunk: string): Readonly<Piece> | 'combining' => {
  const marked = (kind: RunKind, finding: Finding): Piece => ({
    text: chunk,
    shown: codeMark(chunk),
    kind,
    finding,
  })
  if (OWN_MARKS.has(chunk)) return marked('lookalike', 'mark')
  if (BIDI.test(chunk)) return marked('bidi', 'direction')
  if (CONTROL.test(chunk)) return marked('control', 'control')
  if (SPACE.test(chunk)) return marked('hidden', 'space')
  if (INVISIBLE.test(chunk)) return marked('hidden', 'invisible')
  if (UNKNOWN.test(chunk)) return marked('hidden', 'unknown')
  if (COMBINING.test(chunk)) return 'combining'
  if (RTL.test(chunk)) return { text: chunk, shown: chunk, kind: 'bidi', finding: 'rtl' }
  return { text: chunk, shown: chunk, kind: 'plain', finding: null }
})

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
