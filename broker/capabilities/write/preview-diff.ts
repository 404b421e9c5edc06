/** Old against new text of a write over existing content, for the consent window. Read for the person only. */
import fs from 'node:fs'
import { createTwoFilesPatch } from 'diff'
import type { OperationArgs } from '../../../contract/request.ts'
import { errnoOf } from '../files/explain-error.ts'
import type { HeldPlace } from '../files/held.ts'
import { lastName } from '../files/name-paths.ts'

const MAX_TEXT = 200_000
const MAX_DIFF = 490_000
/** Past this many changed lines the search for the shortest diff is given up, and no diff is shown. */
const MAX_EDITS = 5_000
const READ = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | (fs.constants.O_NOFOLLOW ?? 0)

/** @returns a unified diff; null when there is nothing to compare, or it is no text, or too much to read */
export function diffOver(
  place: HeldPlace,
  args: Pick<OperationArgs<'fs.writeFile'>, 'mode'>,
  bytes: Buffer,
): string | null {
  if (
    place.names.length > 1 ||
    !place.entry?.isFile() ||
    place.entry.size > MAX_TEXT ||
    bytes.length > MAX_TEXT
  )
    return null
  const before = readText(`${place.folder.at}/${place.names[0]}`)
  if (before === null || bytes.includes(0)) return null
  const added = bytes.toString('utf8')
  return unifiedDiff(lastName(place.path), before, args.mode === 'append' ? before + added : added)
}

export function unifiedDiff(name: string, before: string, after: string): string | null {
  const patch = createTwoFilesPatch(name, name, before, after, 'now', 'after', {
    context: 3,
    maxEditLength: MAX_EDITS,
  })
  return patch === undefined || patch.length > MAX_DIFF ? null : patch
}

function readText(at: string): string | null {
  let fd: number | null = null
  try {
    fd = fs.openSync(at, READ)
    const stat = fs.fstatSync(fd)
    if (!stat.isFile() || stat.size > MAX_TEXT) return null
    const bytes = Buffer.alloc(stat.size)
    const got = fs.readSync(fd, bytes, 0, bytes.length, 0)
    return bytes.includes(0) ? null : bytes.toString('utf8', 0, got)
  } catch (error) {
    if (errnoOf(error) === '') throw error
    return null
  } finally {
    if (fd !== null) fs.closeSync(fd)
  }
}
