/**
 * Content that a tool gathers before it asks for it to be written: files without a name in our own folder, which are
 * gone with their handle, also when the broker dies. Nothing of the world is touched, so this needs no permit; what is
 * then done with the content does.
 */
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { ok, refused } from '../../../contract/outcome.ts'
import type { StagedFile, Staging, StagingFile } from '../../ports.ts'
import { explainError } from '../files/explain-error.ts'

/** Of all calls together. */
const MOST_BYTES = 4 * 1024 * 1024 * 1024
const CHUNK = 1024 * 1024
const WHAT = 'the gathered content'

export function createStaging(folder: string): Staging {
  let bytes = 0
  return {
    open() {
      try {
        return ok(openStagingFile(openNameless(folder), (more) => bytes + more <= MOST_BYTES, count))
      } catch (error) {
        return explainError(error, WHAT)
      }
    },
  }
  function count(more: number) {
    bytes += more
  }
}

function openNameless(folder: string): number {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, randomBytes(12).toString('hex'))
  const fd = fs.openSync(file, 'wx+', 0o600)
  // Windows keeps the name until the handle is closed.
  fs.rmSync(file, { force: true })
  return fd
}

function openStagingFile(
  fd: number,
  hasRoom: (bytes: number) => boolean,
  count: (bytes: number) => void,
): StagingFile {
  const hash = createHash('sha256')
  let size = 0
  let closed = false
  /** Handles of a write that was let through and still copies. */
  let copying = 0
  const closeIfIdle = () => {
    if (!closed || copying > 0) return
    fs.closeSync(fd)
    count(-size)
  }
  return {
    async append(bytes) {
      if (closed) return refused('cancelled', 'Its call has ended.')
      if (!hasRoom(bytes.length))
        return refused('too-large', 'Too much is being gathered for writing at this moment. Try again later.')
      const at = size
      size += bytes.length
      count(bytes.length)
      hash.update(bytes)
      copying++
      try {
        await writeAt(fd, bytes, at)
        return ok(size)
      } catch (error) {
        return explainError(error, WHAT)
      } finally {
        copying--
        closeIfIdle()
      }
    },
    look: (): StagedFile => {
      const upTo = size
      return {
        size: upTo,
        hash: hash.copy().digest('hex'),
        head(bytes) {
          if (closed) return Buffer.alloc(0)
          const buffer = Buffer.alloc(Math.min(bytes, upTo))
          return buffer.subarray(0, fs.readSync(fd, buffer, 0, buffer.length, 0))
        },
        async copyTo(to) {
          if (closed) throw Object.assign(new Error('closed'), { code: 'EBADF' })
          copying++
          try {
            await copy(fd, to, upTo)
          } finally {
            copying--
            closeIfIdle()
          }
        },
      }
    },
    close() {
      if (closed) return
      closed = true
      closeIfIdle()
    },
  }
}

async function copy(from: number, to: number, size: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size))
  for (let at = 0; at < size; ) {
    const got = await readAt(from, buffer, Math.min(buffer.length, size - at), at)
    if (got === 0) throw Object.assign(new Error('short'), { code: 'EIO' })
    await writeAt(to, buffer.subarray(0, got), at)
    at += got
  }
}

async function writeAt(fd: number, bytes: Buffer, at: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    done += await new Promise<number>((resolve, reject) => {
      fs.write(fd, bytes, done, bytes.length - done, at + done, (error, count) =>
        error ? reject(error) : resolve(count),
      )
    })
  }
}

function readAt(fd: number, buffer: Buffer, length: number, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, 0, length, at, (error, count) => (error ? reject(error) : resolve(count)))
  })
}
