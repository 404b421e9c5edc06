/** Texts of a block as they lie on the disk: compressed together, one a line. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Texts are canonical JSON and hold no line end of their own. */
export const packTexts = (texts: string[]): Uint8Array =>
  zstdCompressSync(texts.join('\n'), { params: { [constants.ZSTD_c_compressionLevel]: 6 } })

/** `data` may be several in a row. */
export const unpackTexts = (data: Uint8Array, blocks = 1): Buffer =>
  zstdDecompressSync(data, {
    maxOutputLength: 64 * 1024 * 1024,
    chunkSize: blocks === 1 ? roomFor(data) : blocks * ROOM,
  })

/** A block is some 33 kB. */
const ROOM = 64 * 1024
/** Larger than any block: what says that it holds more gets its memory piece by piece. */
const MOST_ROOM = 2 * 1024 * 1024

/**
 * Bytes of memory for one block, by what its frame says that it holds (RFC 8878, 3.1.1.1), and one more: memory that was
 * filled is taken for too little. Twice the memory would cost a search a third more time for each block.
 */
function roomFor(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const flags = data[4] ?? 0
  const isSingle = (flags & 32) !== 0
  const at = 5 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][flags & 3] ?? 0)
  if (data.length < at + 8) return ROOM
  const sizes = [
    () => (isSingle ? view.getUint8(at) : ROOM),
    () => view.getUint16(at, true) + 256,
    () => view.getUint32(at, true),
    () => Number(view.getBigUint64(at, true)),
  ]
  const said = sizes[flags >> 6]?.() ?? ROOM
  return Math.max(constants.Z_MIN_CHUNK, Math.min(said, MOST_ROOM) + 1)
}

/** The n-th line. They are looked for only as far as one is asked for: a search wants one or two of a block. */
export function linesOf(bytes: Buffer): (n: number) => string {
  const starts = [0]
  return (n) => {
    for (let at = starts.at(-1) ?? 0; starts.length <= n + 1 && at <= bytes.length; starts.push(at)) {
      const end = bytes.indexOf(10, at)
      at = (end === -1 ? bytes.length : end) + 1
    }
    const start = starts[n] ?? bytes.length
    return bytes.toString('utf8', start, (starts[n + 1] ?? bytes.length + 1) - 1)
  }
}
