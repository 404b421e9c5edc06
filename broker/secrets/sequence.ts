import { isInvisible } from './invisible.ts'

export interface Edges {
  before: boolean
  after: boolean
}

/** One way in which a value is written. */
export interface Sequence {
  /** Code points, without white space and invisible characters: the matcher skips those in the text too. */
  codes: Uint32Array
  kind: 'plain' | 'hex' | 'base64' | 'base32' | 'numbers'
  /** Base64 and base32: the character before or after holds bits of the value too. */
  edges: Edges
  /** One for each ASCII character that may be passed over in the text, or mean another. */
  readable: Uint8Array
  /** Plain: a space of the value may be written as a plus or an underscore. */
  spaced: boolean
}

export function sequence(kind: Sequence['kind'], text: string): Sequence {
  const codes = [...text].map((char) => char.codePointAt(0) ?? 0).filter((code) => !isInvisible(code))
  const edges = { before: false, after: false }
  const spaced = kind === 'plain' && text.includes(' ')
  const readable = spaced ? READ_SPACED : READ[kind]
  return { codes: Uint32Array.from(codes), kind, edges, readable, spaced }
}

const ALWAYS = '+%=\\&'
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
