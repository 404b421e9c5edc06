/**
 * Where one rule has been in one text. A text of nothing but marks would have what follows read again from each of
 * them, thousands of characters at a time.
 */
import type { CredentialRule } from './credential-rule.ts'

/** So many tries may begin in what earlier ones matched. No honest text has as many. */
const MOST_WITHIN = 4
/** What begins so near to the end of a match may be a credential that goes on behind it. */
const LATE = 64

export class Tries {
  /** How far matches went. */
  #reached = 0
  #within = 0
  #runEnd = 0
  #runDone = false

  /** Whether a try here can find what earlier ones have not. */
  isNew(text: string, at: number, { run }: CredentialRule): boolean {
    if (at >= this.#reached) this.#within = 0
    else if (at < this.#reached - LATE && ++this.#within > MOST_WITHIN) return false
    return !run || this.#isNewRun(text, at, run)
  }

  /** Told of each match, also of one that was no credential. */
  reached(end: number): void {
    this.#reached = Math.max(this.#reached, end)
  }

  #isNewRun(text: string, at: number, { of, most }: NonNullable<CredentialRule['run']>): boolean {
    // No shape with a run begins in the middle of a word.
    if (/[A-Za-z0-9]/.test(text.charAt(at - 1))) return false
    if (at >= this.#runEnd) {
      of.lastIndex = at
      this.#runEnd = of.test(text) ? of.lastIndex : at
      this.#runDone = false
    }
    if (this.#runDone || this.#runEnd - at > most) return false
    this.#runDone = true
    return true
  }
}
