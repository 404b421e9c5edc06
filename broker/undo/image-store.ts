/**
 * Before-images by the hash of their content: the same content is kept once. On the disk before the change begins.
 * Compressed where that pays. A file that doesn't have its hash is damaged, and counts as lost.
 */
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

export interface ImageStore {
  /** @returns the hash. Throws system errors (a full disk). */
  put(bytes: Buffer): Promise<string>
  /** Null when it is not there or damaged. */
  get(hash: string): Buffer | null
  has(hash: string): boolean
  /** Bytes on the disk, by hash. */
  sizes(): Map<string, number>
  delete(hash: string): void
}

const compress = promisify(zlib.zstdCompress)
/** First byte of a kept file: how the rest is packed. */
const RAW = 0
const ZSTD = 1
/** Below, packing gains nothing; above, it costs too long. */
const PACK_FROM = 512
const PACK_TO = 16 * 1024 * 1024

export function openImageStore(dir: string): ImageStore {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
  const fileOf = (hash: string) => path.join(dir, hash.slice(0, 2), hash)
  const known = listImages(dir)

  return {
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex')
      if (known.has(hash)) return hash
      const packed = await pack(bytes)
      writeDurably(fileOf(hash), packed)
      known.set(hash, packed.length)
      return hash
    },
    get(hash) {
      try {
        const packed = fs.readFileSync(fileOf(hash))
        const bytes = packed[0] === ZSTD ? zlib.zstdDecompressSync(packed.subarray(1)) : packed.subarray(1)
        return createHash('sha256').update(bytes).digest('hex') === hash ? bytes : null
      } catch {
        return null
      }
    },
    has: (hash) => known.has(hash),
    sizes: () => known,
    delete(hash) {
      fs.rmSync(fileOf(hash), { force: true })
      known.delete(hash)
    },
  }
}

async function pack(bytes: Buffer): Promise<Buffer> {
  if (bytes.length >= PACK_FROM && bytes.length <= PACK_TO) {
    const small = await compress(bytes)
    if (small.length < bytes.length) return Buffer.concat([Buffer.of(ZSTD), small])
  }
  return Buffer.concat([Buffer.of(RAW), bytes])
}

function writeDurably(file: string, bytes: Buffer): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const fd = fs.openSync(temporary, 'wx', 0o600)
    try {
      // All of it or an error: a disk that fills up takes a part without one.
      fs.writeFileSync(fd, bytes)
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
    fs.renameSync(temporary, file)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
}

/** What is there; half-written files of a crash are cleared away. */
function listImages(dir: string): Map<string, number> {
  const known = new Map<string, number>()
  for (const folder of fs.readdirSync(dir, { withFileTypes: true })) {
    if (!folder.isDirectory() || !/^[0-9a-f]{2}$/.test(folder.name)) continue
    for (const name of fs.readdirSync(path.join(dir, folder.name))) {
      const file = path.join(dir, folder.name, name)
      if (/^[0-9a-f]{64}$/.test(name)) known.set(name, fs.statSync(file).size)
      else if (name.endsWith('.tmp')) fs.rmSync(file, { force: true })
    }
  }
  return known
}
