/**
 * Letters and signs that pass for ASCII ones: marked in a word together with ASCII or Latin letters, or in a word that
 * is made of nothing else. Other alphabets are left alone.
 */
import { LOOK_ALIKES } from './look-alikes.ts'
import { remember } from './remember.ts'
import { COMBINING, codeMark, MACHINE, type Piece, type ShownField } from './shown-pieces.ts'

const LIKENESS: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([plain, others]) =>
    [...others].map((other) => [other, plain] as const),
  ),
)

/** What an ASCII reader would take this character for; null when it looks like itself. */
export const likenessOf = remember((character: string): string | null => {
  if (character <= '\x7f') return null
  const listed = LIKENESS.get(character)
  if (listed !== undefined) return listed
  const plain = character.normalize('NFKC')
  return plain !== character && /^[\x21-\x7e]+$/.test(plain) ? plain : null
})

const LETTER = /^[\p{L}\p{N}\p{M}]/u
const LATIN = /^\p{Script=Latin}$/u

/**
 * Marks letters that pass for ASCII ones: in a word together with ASCII or Latin letters, or in a word that is made
 * of nothing else. In fields for machines, signs (slashes, dots, dashes, quotes) count too.
 */
export function markLookAlikes(pieces: Piece[], field: ShownField): void {
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
