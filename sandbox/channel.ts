/**
 * Newline JSON over two file descriptors. Reading is the event loop's; writing is synchronous, so that a full pipe
 * holds this process back and nothing piles up in it.
 */
import { Buffer } from 'node:buffer'
import { writeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { type Frame, readFrame } from '../contract/sandbox-frames.ts'

export interface Channel {
  /** What is written while the messages of one chunk are handled goes out together, unless it is flushed before. */
  start(onFrame: (frame: Frame) => void): void
  /** Adds to what the next `flush` writes. */
  write(text: string): void
  flush(): void
}

const NEWLINE = 10
/** Between two tries while the pipe is full, in ms. */
const FULL_PIPE_MS = 0.2

export function openChannel({
  readable,
  writeFd,
  onEnd,
}: {
  readable: Readable
  writeFd: number
  onEnd: () => void
}): Channel {
  let out = ''
  const never = new Int32Array(new SharedArrayBuffer(4))

  function flush() {
    if (out === '') return
    const text = out
    out = ''
    const size = Buffer.byteLength(text)
    let written = tryWrite(writeFd, text)
    if (written === size) return
    const bytes = Buffer.from(text)
    while (written < size) {
      const more = tryWrite(writeFd, bytes.subarray(written))
      written += more
      if (more === 0) Atomics.wait(never, 0, 0, FULL_PIPE_MS)
    }
  }

  function start(onFrame: (frame: Frame) => void) {
    let parts: Buffer[] = []
    readable.on('data', (chunk: Buffer) => {
      let from = 0
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        const part = chunk.subarray(from, end)
        const line = parts.length === 0 ? part : Buffer.concat([...parts, part])
        parts = []
        from = end + 1
        onFrame(readFrame(line.toString('utf8')))
      }
      if (from < chunk.length) parts.push(chunk.subarray(from))
      flush()
    })
    readable.on('end', onEnd)
    readable.on('error', onEnd)
  }

  return {
    start,
    flush,
    write: (text) => {
      out += text
    },
  }
}

/** Bytes written; 0 when the pipe is full. Its other end is not blocking, and so this end may not be either. */
function tryWrite(fd: number, data: string | Buffer): number {
  try {
    return typeof data === 'string' ? writeSync(fd, data) : writeSync(fd, data)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}
