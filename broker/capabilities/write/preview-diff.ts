/** Old against new text of a write over existing content, for the consent window. Read for the person only. */
import fs from 'node:fs'
import type { OperationArgs } from '../../../contract/request.ts'
import type { TextDiff } from '../../ports.ts'
import { errnoOf } from '../files/explain-error.ts'
import type { HeldPlace } from '../files/held.ts'
import { lastName } from '../files/name-paths.ts'
import { compareTexts } from './compare-texts.ts'

/** Of each text, in bytes. Of longer ones the beginnings are compared. */
export const MAX_COMPARED = 2 * 1024 * 1024
/** Of what is appended to: its last lines. */
const TAIL = 64 * 1024
const READ = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | (fs.constants.O_NOFOLLOW ?? 0)
const HEADS = ['now', 'after'] as const

interface NewContent {
  /** Its first `MAX_COMPARED` bytes. */
  head: Buffer
  size: number
  encoding?: OperationArgs<'fs.writeFile'>['encoding'] | undefined
}

/** @returns null when there is nothing to compare, or either is no text */
export function diffOver(
  place: HeldPlace,
  { mode }: Pick<OperationArgs<'fs.writeFile'>, 'mode'>,
  content: NewContent,
): TextDiff | null {
  const { entry } = place
  if (place.names.length > 1 || !entry?.isFile() || mode === 'create') return null
  const name = lastName(place.path)
  const at = `${place.folder.at}/${place.names[0]}`
  const text = (bytes: Buffer | null) => asText(bytes, content.encoding)
  const added = text(content.head)
  if (mode === 'append') {
    const tail = text(readFrom(at, Math.max(0, entry.size - TAIL), TAIL))
    return tail === null || added === null ? null : diffAtEnd(name, tail, added, content, entry.size > TAIL)
  }
  const before = text(readFrom(at, 0, MAX_COMPARED))
  if (before === null || added === null) return null
  const cut = entry.size > MAX_COMPARED || content.size > content.head.length
  return compareTexts(name, before, added, { heads: HEADS, cut })
}

/** Nothing but the end changes, so the rest is not looked at, and its lines are not counted. */
function diffAtEnd(
  name: string,
  tail: string,
  added: string,
  content: NewContent,
  hasMore: boolean,
): TextDiff {
  const lines = hasMore ? tail.slice(tail.indexOf('\n') + 1) : tail
  const { diff, part } = compareTexts(name, lines, lines + added, { heads: HEADS })
  return {
    diff: hasMore ? diff.replace(/^@@ -\d+,(\d+) \+\d+,(\d+) @@/gm, '@@ -?,$1 +?,$2 @@') : diff,
    part: part || content.size > content.head.length,
  }
}

function asText(bytes: Buffer | null, encoding: NewContent['encoding']): string | null {
  if (bytes === null) return null
  const text = bytes.toString(encoding === 'utf16le' || encoding === 'latin1' ? encoding : 'utf8')
  return text.includes('\0') ? null : text
}

function readFrom(at: string, from: number, most: number): Buffer | null {
  let fd: number | null = null
  try {
    fd = fs.openSync(at, READ)
    const stat = fs.fstatSync(fd)
    if (!stat.isFile()) return null
    const bytes = Buffer.alloc(Math.max(0, Math.min(most, stat.size - from)))
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, from))
  } catch (error) {
    if (errnoOf(error) === '') throw error
    return null
  } finally {
    if (fd !== null) fs.closeSync(fd)
  }
}
