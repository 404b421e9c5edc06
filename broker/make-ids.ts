/** Names for things: a kind and 72 random bits, in letters and digits. Random bytes are drawn many at a time. */
import { randomFillSync } from 'node:crypto'

const BYTES = 9
const DRAWN = BYTES * 256

const NO_LETTER = /[-_]/g
const asLetter = (mark: string) => (mark === '-' ? 'A' : 'B')

export function createIds(): (kind: string) => string {
  const pool = Buffer.alloc(DRAWN)
  let at = DRAWN
  return (kind) => {
    if (at === DRAWN) {
      randomFillSync(pool)
      at = 0
    }
    const text = pool.toString('base64url', at, at + BYTES)
    at += BYTES
    return `${kind}_${text.replace(NO_LETTER, asLetter)}`
  }
}
