/** TextEncoder and TextDecoder for utf-8, utf-16 and windows-1252 (which is what the web means by latin1). */
import { bytesOf } from './byte-string.ts'
import { Utf8Decoder, utf8Length, writeUtf8 } from './utf8.ts'

export class TextEncoder {
  get encoding() {
    return 'utf-8'
  }
  encode(text: unknown = ''): Uint8Array<ArrayBuffer> {
    const source = `${text}`
    const bytes = new Uint8Array(utf8Length(source))
    writeUtf8(source, bytes)
    return bytes
  }
  encodeInto(text: unknown, into: unknown) {
    if (!(into instanceof Uint8Array)) throw new TypeError('encodeInto writes into a Uint8Array')
    return writeUtf8(`${text}`, into)
  }
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
/** All names that the Encoding Standard has for these. */
const NAMES: Record<Encoding, string> = {
  'utf-8': 'utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8',
  'utf-16le': 'utf-16le utf-16 csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff',
  'utf-16be': 'utf-16be unicodefffe',
  'windows-1252':
    'windows-1252 ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii x-cp1252',
}
const LABELS = new Map<string, Encoding>(
  Object.entries(NAMES).flatMap(([encoding, names]) =>
    names.split(' ').map((name): [string, Encoding] => [name, encoding as Encoding]),
  ),
)
/** Between blanks of ASCII, which no name holds. */
const LABEL = /^[\t\n\f\r ]*([^\t\n\f\r ]+)[\t\n\f\r ]*$/
/** What 0x80–0x9F mean in windows-1252. */
const UPPER_CONTROLS =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178'

/** Characters that are put together at once. */
const PIECE = 4096

interface Decoder {
  decode(bytes: Uint8Array, more: boolean): string
}

export class TextDecoder {
  readonly #encoding: Encoding
  readonly #fatal: boolean
  readonly #ignoreBOM: boolean
  #decoder: Decoder | undefined
  #started = false

  constructor(label: unknown = 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean } | null) {
    const encoding = LABELS.get(LABEL.exec(`${label}`)?.[1]?.toLowerCase() ?? '')
    if (!encoding)
      throw new RangeError(
        `The encoding ${label} is not available; utf-8, utf-16le, utf-16be and windows-1252 are`,
      )
    this.#encoding = encoding
    this.#fatal = Boolean(options?.fatal)
    this.#ignoreBOM = Boolean(options?.ignoreBOM)
  }
  get encoding() {
    return this.#encoding
  }
  get fatal() {
    return this.#fatal
  }
  get ignoreBOM() {
    return this.#ignoreBOM
  }

  decode(source?: unknown, options?: { stream?: boolean } | null): string {
    const bytes = source === undefined ? new Uint8Array(0) : bytesOf(source)
    const more = Boolean(options?.stream)
    this.#decoder ??= makeDecoder(this.#encoding, this.#fatal)
    let text: string
    try {
      text = this.#decoder.decode(bytes, more)
    } catch (error) {
      this.#restart()
      throw error
    }
    if (text !== '' && !this.#started) {
      this.#started = true
      if (!this.#ignoreBOM && this.#encoding !== 'windows-1252' && text.charCodeAt(0) === 0xfeff)
        text = text.slice(1)
    }
    if (!more) this.#restart()
    return text
  }

  #restart() {
    this.#decoder = undefined
    this.#started = false
  }
}

function makeDecoder(encoding: Encoding, fatal: boolean): Decoder {
  if (encoding === 'utf-8') return new Utf8Decoder(fatal)
  if (encoding !== 'windows-1252') return new Utf16Decoder(encoding, fatal)
  return { decode: decodeWindows1252 }
}

function decodeWindows1252(bytes: Uint8Array): string {
  return textOf(bytes.length, (at) => {
    const byte = bytes[at] as number
    return byte >= 0x80 && byte < 0xa0 ? UPPER_CONTROLS.charCodeAt(byte - 0x80) : byte
  })
}

/** Put together from pieces: character by character each would be an object of its own until the text is read. */
function textOf(length: number, unitAt: (at: number) => number): string {
  let text = ''
  let units: number[] = []
  for (let at = 0; at < length; at++) {
    units.push(unitAt(at))
    if (units.length < PIECE) continue
    text += String.fromCharCode(...units)
    units = []
  }
  return text + String.fromCharCode(...units)
}

class Utf16Decoder {
  readonly #encoding: string
  readonly #fatal: boolean
  #left: number | undefined
  #high = ''

  constructor(encoding: string, fatal: boolean) {
    this.#encoding = encoding
    this.#fatal = fatal
  }

  decode(bytes: Uint8Array, more: boolean): string {
    const big = this.#encoding === 'utf-16be'
    const before = this.#left
    const total = bytes.length + (before === undefined ? 0 : 1)
    const byteAt = (at: number) =>
      (before === undefined ? bytes[at] : at === 0 ? before : bytes[at - 1]) as number
    let text =
      this.#high +
      textOf(total >> 1, (at) => {
        const one = byteAt(2 * at)
        const other = byteAt(2 * at + 1)
        return big ? (one << 8) | other : one | (other << 8)
      })
    this.#high = ''
    this.#left = total % 2 === 1 ? byteAt(total - 1) : undefined
    if (more && /[\ud800-\udbff]$/.test(text)) {
      this.#high = text.slice(-1)
      text = text.slice(0, -1)
    }
    if (!more && this.#left !== undefined) {
      this.#left = undefined
      // Half a character and half a pair are one fault.
      if (!/[\ud800-\udbff]$/.test(text)) text += '\ud800'
    }
    if (this.#fatal && !text.isWellFormed())
      throw new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`)
    return text.toWellFormed()
  }
}
