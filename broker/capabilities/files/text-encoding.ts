/** Between bytes on the disk and the strings that cross to a tool. Nothing is replaced in silence, either way. */
import { isUtf8 } from 'node:buffer'
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'

export type FileEncoding = OperationArgs<'fs.readFile'>['encoding']

/**
 * @param more true when further bytes follow: a character cut in two at the end is then left for the next part
 * @returns the text, how many bytes of `bytes` it stands for, and whether some of them are no text in this encoding: the
 *   text has U+FFFD in their place then (or half a character), and written back it would lose them
 */
export function decodeBytes(
  bytes: Buffer,
  encoding: FileEncoding,
  more: boolean,
): { data: string; used: number; malformed: boolean } {
  const used = more ? wholeLength(bytes, encoding) : bytes.length
  const data = bytes.toString(encoding, 0, used)
  return {
    data,
    used,
    malformed: isMalformed(used === bytes.length ? bytes : bytes.subarray(0, used), encoding, data),
  }
}

function isMalformed(bytes: Buffer, encoding: FileEncoding, data: string): boolean {
  if (encoding === 'utf8') return !isUtf8(bytes)
  return encoding === 'utf16le' && (bytes.length % 2 === 1 || !data.isWellFormed())
}

function wholeLength(bytes: Buffer, encoding: FileEncoding): number {
  // A part that is shorter than a character must still make progress.
  if (bytes.length < 4) return bytes.length
  if (encoding === 'utf16le') return wholeUtf16(bytes)
  if (encoding !== 'utf8') return bytes.length
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[bytes.length - back] as number
    if ((byte & 0xc0) === 0x80) continue
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needs > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function wholeUtf16(bytes: Buffer): number {
  const even = bytes.length & ~1
  const last = bytes.readUInt16LE(even - 2)
  return last >= 0xd800 && last < 0xdc00 ? even - 2 : even
}

export function encodeText(data: string, encoding: FileEncoding): Outcome<Buffer> {
  if (encoding === 'base64') {
    if (data.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) return bad('it is not valid base64')
    return ok(Buffer.from(data, 'base64'))
  }
  if (encoding === 'latin1') {
    const bytes = Buffer.from(data, 'latin1')
    return bytes.toString('latin1') === data
      ? ok(bytes)
      : bad('it holds characters that Latin-1 does not have')
  }
  if (!data.isWellFormed()) return bad('it holds half a character (a lone surrogate)')
  return ok(Buffer.from(data, encoding))
}

function bad(why: string) {
  return refused('invalid-request', `The content can’t be written: ${why}.`)
}
