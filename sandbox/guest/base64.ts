/** Base64 over the engine's own `Uint8Array.fromBase64` and `toBase64`, which TypeScript 6 does not know yet. */
import { fromByteString, toByteString } from './byte-string.ts'
import { DOMException } from './dom-exception.ts'

interface Base64Array extends Uint8Array<ArrayBuffer> {
  toBase64(): string
}
const fromBase64 = (
  Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> }
).fromBase64.bind(Uint8Array)

export function bytesToBase64(bytes: Uint8Array): string {
  return (bytes as Base64Array).toBase64()
}

/** Throws a SyntaxError when it is not base64. */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  return fromBase64(text)
}

export function btoa(data: unknown): string {
  const text = `${data}`
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > 255)
      throw new DOMException('a character is beyond U+00FF', 'InvalidCharacterError')
  }
  return bytesToBase64(fromByteString(text))
}

export function atob(data: unknown): string {
  try {
    return toByteString(base64ToBytes(`${data}`))
  } catch {
    throw new DOMException('the text is not base64', 'InvalidCharacterError')
  }
}
