/** Bytes as text for a diff, where they are text and not too much to read. */
import fs from 'node:fs'

const MAX_TEXT = 2 * 1024 * 1024
const READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

export interface ShownText {
  text: string
  /** It is only the beginning. */
  cut: boolean
}

export function readText(bytes: Buffer | null): ShownText | null {
  return bytes && asText(bytes.subarray(0, MAX_TEXT), bytes.length)
}

/** Of a plain file; null for anything else. */
export function readTextAt(at: string): ShownText | null {
  const stat = fs.lstatSync(at, { throwIfNoEntry: false })
  if (!stat?.isFile()) return null
  const fd = fs.openSync(at, READ)
  try {
    const head = Buffer.alloc(Math.min(stat.size, MAX_TEXT))
    return asText(head.subarray(0, fs.readSync(fd, head, 0, head.length, 0)), stat.size)
  } finally {
    fs.closeSync(fd)
  }
}

function asText(head: Buffer, size: number): ShownText | null {
  return head.includes(0) ? null : { text: head.toString('utf8'), cut: head.length < size }
}
