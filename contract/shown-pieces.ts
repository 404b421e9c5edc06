/** A text in pieces while it is being drawn: what each was, how it comes out, and what was found in it. */

export const SHOWN_FIELDS = ['agent', 'tool', 'path', 'url', 'command', 'reason', 'argument'] as const
/** Where the text stands. `argument` may have lines; in `path`, `url` and `command` every sign counts. */
export type ShownField = (typeof SHOWN_FIELDS)[number]

export type RunKind = 'plain' | 'hidden' | 'bidi' | 'control' | 'lookalike' | 'newline'
export interface Piece {
  text: string
  shown: string
  kind: RunKind
  finding: Finding | null
}
export type Finding =
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

/** One-line fields where any sign may matter to a machine. */
export const MACHINE = new Set<ShownField>(['path', 'url', 'command'])

/** A code point as a mark: ⟨U+202E⟩. */
export function codeMark(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** Drawn on the character before it. */
export const COMBINING = /^\p{M}$/u
