/** `crypto.getRandomValues`, `crypto.randomUUID` and the computing part of `crypto.subtle`. The person's keys stay with the broker. */
import { bytesOf, fromByteString } from '../guest/byte-string.ts'
import { CryptoKey } from '../guest/crypto-key.ts'
import { DOMException } from '../guest/dom-exception.ts'
import type { Box, Endowment } from '../guest/endowment.ts'
import { createSubtle } from '../guest/subtle.ts'

const LARGEST = 65_536
const WHOLE_NUMBERS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
]

export const endowment: Endowment = {
  install(box) {
    box.give('CryptoKey', CryptoKey)
    box.give('crypto', {
      getRandomValues: (view: unknown) => fillRandom(box, view),
      randomUUID: () => randomUuid(box),
      subtle: createSubtle(box.host),
    })
  },
}

function fillRandom(box: Box, view: unknown) {
  if (!WHOLE_NUMBERS.some((kind) => view instanceof kind))
    throw new DOMException('expected an array of whole numbers', 'TypeMismatchError')
  const bytes = bytesOf(view)
  if (bytes.length > LARGEST)
    throw new DOMException(`more than ${LARGEST} bytes at once`, 'QuotaExceededError')
  bytes.set(fromByteString(box.host.random(bytes.length)))
  return view
}

function randomUuid(box: Box): string {
  const bytes = fromByteString(box.host.random(16))
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
