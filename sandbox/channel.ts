/**
 * Newline JSON over two file descriptors. Reading is the event loop's; writing is synchronous, so that a full pipe
 * holds this process back and nothing piles up in it.
 *
 * After a message it looks for the next one for a moment before it goes to sleep: waking a process costs both sides
 * more than a short call does, and a tool that reads file after file has its next answer within that moment.
 */
import { Buffer } from 'node:buffer'
import { readSync, writeSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { createFrameReader, type Frame } from '../contract/sandbox-frames.ts'

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
/** How long to look for the next message, in ms. With one processor it would only keep others from writing it. */
const LINGER_MS = availableParallelism() > 1 ? 0.5 : 0
/** How long messages may follow each other before the event loop has its turn, in ms: a tool's timers are in it. */
const LONGEST_MS = 5
/** Chunks after which it is tried again, at most, when it was in vain. */
const SIT_OUT_MOST = 8
/** Bytes that one look takes at most. */
const LOOK_BYTES = 64 * 1024

export function openChannel({
  readable,
  readFd,
  writeFd,
  onEnd,
}: {
  readable: Readable
  /** What `readable` reads from, never blocking; null to wait for the event loop alone. */
  readFd: number | null
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
    const readFrame = createFrameReader()
    const take = (chunk: Buffer) => {
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
    }
    const linger = readFd === null ? () => {} : createLinger(readFd, take)
    readable.on('data', (chunk: Buffer) => {
      take(chunk)
      linger()
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

/**
 * Hands on what comes within a moment of the last chunk. The end of the pipe is left to the event loop. When nothing
 * came, it is not tried again for a while: with more to do than there are processors, it would only be in the way.
 */
function createLinger(fd: number, take: (chunk: Buffer) => void): () => void {
  const buffer = Buffer.allocUnsafe(LOOK_BYTES)
  let inVain = 0
  let sitOut = 0
  return () => {
    if (sitOut > 0) {
      sitOut--
      return
    }
    const began = performance.now()
    for (let now = began, until = began + LINGER_MS; now < until; now = performance.now()) {
      if (now - began > LONGEST_MS) return
      const size = tryRead(fd, buffer)
      if (size === 0) return
      if (size < 0) continue
      take(Buffer.from(buffer.subarray(0, size)))
      inVain = 0
      until = performance.now() + LINGER_MS
    }
    sitOut = Math.min(2 ** inVain++, SIT_OUT_MOST)
  }
}

/** Bytes read; 0 at the pipe's end, -1 while there is nothing. */
function tryRead(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? -1 : 0
  }
}

/** True where the standard input of a program that was given a pipe does not block once it is read as a stream. */
export const LOOKS_AHEAD = process.platform !== 'win32'

/** Bytes written; 0 when the pipe is full. Its other end is not blocking, and so this end may not be either. */
function tryWrite(fd: number, data: string | Buffer): number {
  try {
    return typeof data === 'string' ? writeSync(fd, data) : writeSync(fd, data)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}
