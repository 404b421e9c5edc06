/**
 * Escapes that were read a moment ago: at one place of a text they say the same to every value that is tried there, and
 * many are tried. Nothing of the text is kept, only where it was and what it said.
 */
import { readEscape, readNested } from './read-escape.ts'

export interface EscapeReads {
  /** Another text: what was read before counts no longer. */
  begin(): void
  /** As `readEscape`. */
  read(text: string, at: number): number
  /** As `readNested`, of what `read` gave here. */
  nested(text: string, at: number, read: number): number
}

/** Places that are remembered at once; a power of two. */
const PLACES = 1024

export function createEscapeReads(): EscapeReads {
  const once = createSlots()
  const twice = createSlots()
  let number = 0

  return {
    begin() {
      number = (number + 1) | 0
    },
    read(text, at) {
      const slot = at & (PLACES - 1)
      if (once.texts[slot] === number && once.places[slot] === at) return once.said[slot] as number
      const said = readEscape(text, at)
      once.texts[slot] = number
      once.places[slot] = at
      once.said[slot] = said
      return said
    },
    nested(text, at, read) {
      const slot = at & (PLACES - 1)
      if (twice.texts[slot] === number && twice.places[slot] === at) return twice.said[slot] as number
      const said = readNested(text, at, read)
      twice.texts[slot] = number
      twice.places[slot] = at
      twice.said[slot] = said
      return said
    },
  }
}

function createSlots() {
  return {
    texts: new Int32Array(PLACES),
    places: new Int32Array(PLACES),
    said: new Int32Array(PLACES),
  }
}
