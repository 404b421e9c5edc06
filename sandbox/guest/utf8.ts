/**
 * UTF-8 both ways, as the Encoding Standard has it: lone surrogates become U+FFFD on the way out, broken sequences on
 * the way in. The isolate has neither TextEncoder nor TextDecoder.
 */
const fromCodeUnits = String.fromCharCode

/** Number of bytes that `text` takes. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) bytes += 1
    else if (code < 0x800) bytes += 2
    else if (isPair(text, at)) {
      bytes += 4
      at++
    } else bytes += 3
  }
  return bytes
}

export interface Encoded {
  /** Code units taken. */
  read: number
  written: number
}

/** Writes as many whole characters as fit. */
export function writeUtf8(text: string, into: Uint8Array): Encoded {
  let written = 0
  let read = 0
  while (read < text.length) {
    const code = text.charCodeAt(read)
    if (code < 0x80) {
      if (written === into.length) break
      into[written++] = code
      read++
      continue
    }
    const pair = isPair(text, read)
    const point = pair ? (text.codePointAt(read) as number) : code >= 0xd800 && code < 0xe000 ? 0xfffd : code
    const size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
    if (written + size > into.length) break
    writePoint(point, size, into, written)
    written += size
    read += pair ? 2 : 1
  }
  return { read, written }
}

function writePoint(point: number, size: number, into: Uint8Array, at: number) {
  const lead = size === 2 ? 0xc0 : size === 3 ? 0xe0 : 0xf0
  into[at] = lead | (point >> (6 * (size - 1)))
  for (let i = 1; i < size; i++) into[at + i] = 0x80 | ((point >> (6 * (size - 1 - i))) & 0x3f)
}

function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at)
  if (high < 0xd800 || high > 0xdbff) return false
  const low = text.charCodeAt(at + 1)
  return low >= 0xdc00 && low <= 0xdfff
}

/** A decoder that keeps the start of a character between chunks. `fatal` throws where it would put U+FFFD. */
export class Utf8Decoder {
  readonly #fatal: boolean
  #needed = 0
  #point = 0
  #lower = 0x80
  #upper = 0xbf

  constructor(fatal: boolean) {
    this.#fatal = fatal
  }

  /** `more` says that another chunk follows. */
  decode(bytes: Uint8Array, more: boolean): string {
    let text = ''
    let units: number[] = []
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (this.#needed === 0) {
        if (byte < 0x80) units.push(byte)
        else if (!this.#lead(byte)) units.push(this.#broken())
      } else if (byte < this.#lower || byte > this.#upper) {
        units.push(this.#broken())
        at--
      } else this.#follow(byte, units)
      if (units.length > 4096) {
        text += fromCodeUnits(...units)
        units = []
      }
    }
    if (!more && this.#needed > 0) units.push(this.#broken())
    return text + fromCodeUnits(...units)
  }

  #lead(byte: number): boolean {
    if (byte >= 0xc2 && byte <= 0xdf) this.#expect(1, byte & 0x1f)
    else if (byte >= 0xe0 && byte <= 0xef) {
      this.#expect(2, byte & 0x0f)
      if (byte === 0xe0) this.#lower = 0xa0
      if (byte === 0xed) this.#upper = 0x9f
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      this.#expect(3, byte & 0x07)
      if (byte === 0xf0) this.#lower = 0x90
      if (byte === 0xf4) this.#upper = 0x8f
    } else return false
    return true
  }

  #follow(byte: number, units: number[]) {
    this.#point = (this.#point << 6) | (byte & 0x3f)
    this.#lower = 0x80
    this.#upper = 0xbf
    if (--this.#needed > 0) return
    if (this.#point < 0x10000) units.push(this.#point)
    else units.push(0xd7c0 + (this.#point >> 10), 0xdc00 | (this.#point & 0x3ff))
  }

  #expect(needed: number, point: number) {
    this.#needed = needed
    this.#point = point
  }

  #broken(): number {
    this.#expect(0, 0)
    this.#lower = 0x80
    this.#upper = 0xbf
    if (this.#fatal) throw new TypeError('The encoded data was not valid for encoding utf-8')
    return 0xfffd
  }
}
