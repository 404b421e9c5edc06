import { isInvisible } from './invisible.ts'

export interface Edges {
  before: boolean
  after: boolean
}

export const KINDS = ['plain', 'hex', 'base64', 'base32', 'numbers'] as const

/** A byte each where that is enough: nearly all forms of nearly all values are ASCII, and there are many. */
export type Codes = Uint8Array | Uint32Array

/** One way in which a value is written. */
export interface Sequence {
  /** Code points, without white space and invisible characters: the matcher skips those in the text too. */
  codes: Codes
  kind: (typeof KINDS)[number]
  /** Base64 and base32: the character before or after holds bits of the value too. */
  edges: Edges
  /** One for each ASCII character that may be passed over in the text, or mean another. */
  readable: Uint8Array
  /** Plain: a space of the value may be written as a plus or an underscore. */
  spaced: boolean
}

export function sequence(kind: Sequence['kind'], text: string): Sequence {
  const edges = { before: false, after: false }
  const spaced = kind === 'plain' && text.includes(' ')
  return { codes: codesOf(text), kind, edges, readable: readableOf(kind, spaced), spaced }
}

export const readableOf = (kind: Sequence['kind'], spaced: boolean) => (spaced ? READ_SPACED : READ[kind])

function codesOf(text: string): Codes {
  // Nearly every form; many small ones share the room that they are in.
  if (PRINTED.test(text)) {
    const { buffer, byteOffset, length } = Buffer.from(text, 'latin1')
    return new Uint8Array(buffer, byteOffset, length)
  }
  const bytes = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit > 127) return wideCodesOf(text)
    if (!isInvisible(unit)) bytes[length++] = unit
  }
  return length === text.length ? bytes : bytes.slice(0, length)
}
function wideCodesOf(text: string): Codes {
  const codes = [...text].map((char) => char.codePointAt(0) ?? 0).filter((code) => !isInvisible(code))
  return Uint32Array.from(codes)
}

const PRINTED = /^[!-~]*$/

/** Marks of escapes, and what ends a text in source code. */
const ALWAYS = '+%=\\&"\'`'
const READ: Record<Sequence['kind'], Uint8Array> = {
  plain: asciiOf(ALWAYS),
  base64: asciiOf(ALWAYS),
  hex: asciiOf(`${ALWAYS}:-,;._|0`),
  base32: asciiOf(`${ALWAYS}-.`),
  numbers: asciiOf(`${ALWAYS},;`),
}
const READ_SPACED = asciiOf(`${ALWAYS}_`)
function asciiOf(some: string): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) =>
    isInvisible(code) || some.includes(String.fromCharCode(code)) ? 1 : 0,
  )
}
