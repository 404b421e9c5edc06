/**
 * Before-images by the hash of their content: the same content is kept once. On the disk before the change begins.
 * Compressed where that pays. A file that doesn't have its hash is damaged, and counts as lost. An image can be large,
 * and a disk slow: nothing here is waited for on the broker's own time.
 */
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

export interface ImageStore {
  /** @returns the hash. Throws system errors (a full disk). */
  put(bytes: Buffer): Promise<string>
  /** Null when it is not there or damaged. */
  get(hash: string): Promise<Buffer | null>
  has(hash: string): boolean
  /** Bytes on the disk, by hash. */
  sizes(): ReadonlyMap<string, number>
  /** It is not there any more from now on; its file goes soon. */
  delete(hash: string): void
}

const compress = promisify(zlib.zstdCompress)
const decompress = promisify(zlib.zstdDecompress)
/** First byte of a kept file: how the rest is packed. */
const RAW = 0
const ZSTD = 1
/** Below, packing gains nothing; above, it costs too long. */
const PACK_FROM = 512
const PACK_TO = 16 * 1024 * 1024
/** Bytes that are hashed before others have their turn: a few milliseconds. */
const HASHED_AT_ONCE = 2 * 1024 * 1024
/** Files that are taken away before others have their turn. */
const DELETED_AT_ONCE = 64

export function openImageStore(dir: string): ImageStore {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
  const fileOf = (hash: string) => path.join(dir, hash.slice(0, 2), hash)
  const known = listImages(dir)
  const doomed = new Set<string>()

  return {
    async put(bytes) {
      const hash = await hashInTurns(bytes)
      if (known.has(hash)) return hash
      const packed = await pack(bytes)
      const temporary = await writeDurably(fileOf(hash), packed)
      // In one turn with its being known: what is doomed by that name is another.
      doomed.delete(hash)
      fs.renameSync(temporary, fileOf(hash))
      known.set(hash, sizeOf(packed))
      return hash
    },
    async get(hash) {
      try {
        const packed = await fs.promises.readFile(fileOf(hash))
        const content = packed.subarray(1)
        const bytes = packed[0] === ZSTD ? await decompress(content) : content
        return (await hashInTurns(bytes)) === hash ? bytes : null
      } catch {
        return null
      }
    },
    has: (hash) => known.has(hash),
    sizes: () => known,
    delete(hash) {
      known.delete(hash)
      doomed.add(hash)
      if (doomed.size === 1) setImmediate(takeAway)
    },
  }

  function takeAway(): void {
    let left = DELETED_AT_ONCE
    for (const hash of doomed) {
      if (--left < 0) break
      doomed.delete(hash)
      try {
        fs.rmSync(fileOf(hash), { force: true })
      } catch {
        // The next start finds it again, and lets it go.
      }
    }
    if (doomed.size > 0) setImmediate(takeAway)
  }
}

async function hashInTurns(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.length; at += HASHED_AT_ONCE) {
    if (at > 0) await nextTurn()
    hash.update(bytes.subarray(at, at + HASHED_AT_ONCE))
  }
  return hash.digest('hex')
}

/** How it is packed, and that. */
type Packed = [Buffer, Buffer]
const sizeOf = ([kind, content]: Packed) => kind.length + content.length

async function pack(bytes: Buffer): Promise<Packed> {
  if (bytes.length >= PACK_FROM && bytes.length <= PACK_TO) {
    const small = await compress(bytes)
    if (small.length < bytes.length) return [Buffer.of(ZSTD), small]
  }
  return [Buffer.of(RAW), bytes]
}

/** @returns the name under which it is on the disk */
async function writeDurably(file: string, packed: Packed): Promise<string> {
  await fs.promises.mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const handle = await fs.promises.open(temporary, 'wx', 0o600)
    try {
      // All of it or an error: a disk that fills up takes a part without one.
      for (const part of packed) await handle.writeFile(part)
      await handle.sync()
    } finally {
      await handle.close()
    }
    return temporary
  } catch (error) {
    await fs.promises.rm(temporary, { force: true })
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
