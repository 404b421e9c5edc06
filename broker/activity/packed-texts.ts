/** Texts of a block as they lie on the disk: compressed together, one a line. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Texts are canonical JSON and hold no line end of their own. Level 6 would save a twelfth of the bytes, and take five times as long. */
export const packTexts = (texts: string[]): Uint8Array =>
  zstdCompressSync(texts.join('\n'), { params: { [constants.ZSTD_c_compressionLevel]: 3 } })

/** `data` may be several in a row. */
export const unpackTexts = (data: Uint8Array, blocks = 1): Buffer =>
  zstdDecompressSync(data, {
    maxOutputLength: 64 * 1024 * 1024,
    chunkSize: blocks === 1 ? roomFor(data) : blocks * ROOM,
  })

/**
 * Several blocks in one call: hands in each as it would come by itself, or none of them. None also where one does not say
 * how long it is, or all of them together are longer than `most` bytes. The bytes are gone when it returns.
 */
export function unpackTogether(
  packed: Uint8Array[],
  most: number,
  take: (bytes: Buffer, n: number) => void,
): void {
  const sizes = packed.map(sizeOf)
  const total = sizes.reduce<number>((sum, size) => sum + (size ?? most + 1), 0)
  if (packed.length < 2 || total > most) return
  const bytes = unpackOrNull(Buffer.concat(packed), total)
  if (bytes?.length === total) {
    let end = 0
    for (const [n, size] of sizes.entries()) {
      const start = end
      end += size ?? 0
      take(bytes.subarray(start, end), n)
    }
  }
  if (bytes !== null) giveBack(bytes)
}

function unpackOrNull(data: Uint8Array, length: number): Buffer | null {
  const room = length + 1
  try {
    return zstdDecompressSync(data, {
      maxOutputLength: room,
      chunkSize: Math.max(constants.Z_MIN_CHUNK, room),
    })
  } catch {
    return null
  }
}

/**
 * Gives memory back that nobody looks at any more. V8 would do so at its next collection, and what lies in such memory
 * until then brings about one of everything. Small buffers share theirs, which stays.
 */
export function giveBack({ buffer, byteLength }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength <= byteLength + 1) buffer.transfer(0)
}

/** A block is some 33 kB. */
const ROOM = 64 * 1024
/** Larger than any block: what says that it holds more gets its memory piece by piece. */
const MOST_ROOM = 2 * 1024 * 1024

/**
 * Bytes of memory for one block, and one more: memory that was filled is taken for too little. Twice the memory would
 * cost a search a third more time for each block.
 */
const roomFor = (data: Uint8Array): number =>
  Math.max(constants.Z_MIN_CHUNK, Math.min(sizeOf(data) ?? ROOM - 1, MOST_ROOM) + 1)

/** How many bytes a frame says that it holds (RFC 8878, 3.1.1.1). Null when it doesn't, or is none. */
function sizeOf(data: Uint8Array): number | null {
  if (data.length < 5) return null
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const flags = view.getUint8(4)
  const isSingle = (flags & 32) !== 0
  const at = 5 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][flags & 3] ?? 0)
  if (view.getUint32(0, true) !== FRAME || data.length < at + (1 << (flags >> 6))) return null
  const sizes = [
    () => (isSingle ? view.getUint8(at) : null),
    () => view.getUint16(at, true) + 256,
    () => view.getUint32(at, true),
    () => Number(view.getBigUint64(at, true)),
  ]
  return sizes[flags >> 6]?.() ?? null
}
const FRAME = 0xfd2fb528

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
