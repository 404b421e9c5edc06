/** Base32 in both of its alphabets (RFC 4648). Pure. */
import { type Sequence, sequence } from './sequence.ts'

const ALPHABETS = ['ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', '0123456789ABCDEFGHIJKLMNOPQRSTUV']

/** At each of five alignments, the characters that depend on the value alone. */
export function base32Forms(bytes: Buffer): Sequence[] {
  return ALPHABETS.flatMap((alphabet) =>
    [0, 1, 2, 3, 4].map((lead) => {
      const text = encode(Buffer.concat([Buffer.alloc(lead), bytes]), alphabet)
      const bits = (lead + bytes.length) * 8
      const core = text.slice(Math.ceil((lead * 8) / 5), Math.floor(bits / 5))
      return {
        ...sequence('base32', core),
        edges: { before: (lead * 8) % 5 !== 0, after: bits % 5 !== 0 },
      }
    }),
  )
}

function encode(bytes: Buffer, alphabet: string): string {
  let text = ''
  let [held, bits] = [0, 0]
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    for (; bits >= 5; bits -= 5) text += alphabet[(held >> (bits - 5)) & 31]
  }
  return bits === 0 ? text : text + alphabet[(held << (5 - bits)) & 31]
}
