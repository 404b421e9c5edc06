/**
 * A text's 16-bit units, where a loop over every one of them reads them fastest: asking a string for each costs several
 * times as much. One place for all texts, one after the other; nothing of a text is left in it.
 */

/** What stands behind the end of the text, for whoever looks some characters ahead. */
export const NO_UNIT = 0xffff
const AHEAD = 8
/** A shorter text is read unit by unit: the call that copies a whole one costs more. */
const SHORT = 48
/** More room than this is not kept. */
const KEPT = 128 * 1024

export class TextUnits {
  #room = new Uint16Array(1024)
  #bytes = bytesOf(this.#room)

  /** Good until `clear`. */
  load(text: string): Uint16Array {
    const { length } = text
    if (length + AHEAD > this.#room.length) {
      this.#room = new Uint16Array(length + (length >> 2) + AHEAD)
      this.#bytes = bytesOf(this.#room)
    }
    const room = this.#room
    if (length < SHORT) for (let at = 0; at < length; at++) room[at] = text.charCodeAt(at)
    else this.#bytes.write(text, 0, length * 2, 'utf16le')
    for (let at = length; at < length + AHEAD; at++) room[at] = NO_UNIT
    return room
  }

  clear(text: string): void {
    if (this.#room.length <= KEPT) this.#room.fill(0, 0, text.length)
    else {
      this.#room = new Uint16Array(1024)
      this.#bytes = bytesOf(this.#room)
    }
  }
}

const bytesOf = (units: Uint16Array) => Buffer.from(units.buffer, units.byteOffset, units.byteLength)
