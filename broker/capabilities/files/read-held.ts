/**
 * Reading a held plain file. Small parts are read at once: a turn of the thread pool costs more than the read. Larger
 * ones go through the pool, so that nobody waits for a slow disk.
 */
import fs from 'node:fs'
import { type Failed, failed, type Outcome, ok, type Refused, refused } from '../../../contract/outcome.ts'
import type { LeakScanner, Soon } from '../../ports.ts'
import { explainErrno, explainError } from './explain-error.ts'
import type { HeldNothing, HeldThing, PathHolder } from './held.ts'
import { findAtEdges, hide } from './hide-at-edges.ts'
import { lastName } from './name-paths.ts'
import { readSome } from './read-some.ts'

export interface FilePart {
  bytes: Buffer
  /** The whole file's, when it was opened. */
  stat: fs.Stats
}

const AT_ONCE_BYTES = 64 * 1024

/** @returns null when it is a plain file with this one name, or what to say instead */
export function refuseToRead(held: HeldThing | HeldNothing): Refused | Failed | null {
  if (held.state === 'there' && held.stat.isFile() && held.stat.nlink === 1) return null
  const name = lastName(held.path)
  if (held.state === 'missing') return explainErrno(held.errno, name)
  if (held.stat.isDirectory()) return failed('wrong-kind', `“${name}” is a folder. List it instead.`)
  if (!held.stat.isFile())
    return failed(
      'wrong-kind',
      `“${name}” is no plain file (a device, pipe or socket), so it was not opened.`,
    )
  if (held.stat.nlink > 1) return refuseHardLink(name)
  return null
}

/**
 * A hard link is a second name of the same file, and no system says where the first one is. It could lie outside of
 * what was allowed, so the name that was decided on says nothing about the content.
 */
export function refuseHardLink(name: string): Refused {
  return refused(
    'invalid-request',
    `“${name}” has more than one name on this disk (hard links), so it can’t be told whose file it is. It was not read. Make a plain copy of it first.`,
    `“${name}” is a hard link and was not read: another of its names may lie outside of what is allowed. Ask the person for a plain copy.`,
  )
}

/**
 * Reads up to `length` bytes from `offset`, without what belongs to a secret that goes on outside of them. A small file
 * that is read whole is there at once.
 */
export function readPart(
  holder: PathHolder,
  held: HeldThing,
  offset: number,
  length: number,
  leaks?: Pick<LeakScanner, 'redactKnown'>,
): Soon<Outcome<FilePart>> {
  let fd: number | null = null
  try {
    fd = holder.openForReading(held)
    const stat = fs.fstatSync(fd)
    if (stat.nlink > 1) return refuseHardLink(lastName(held.path))
    const wanted = Math.max(0, Math.min(length, stat.size - offset))
    const buffer = Buffer.allocUnsafe(wanted)
    const got = wanted <= AT_ONCE_BYTES ? readNow(fd, buffer, offset) : null
    if (got !== null && !(leaks && hasEdges(offset, got, stat)))
      return ok({ bytes: firstOf(buffer, got), stat })
    const rest = readOn({ fd, held, offset, buffer, got, stat, leaks })
    fd = null
    return rest
  } catch (error) {
    return explainError(error, lastName(held.path))
  } finally {
    if (fd !== null) fs.closeSync(fd)
  }
}

interface Begun {
  /** Closed at the end. */
  fd: number
  held: HeldThing
  offset: number
  buffer: Buffer
  /** Null: nothing was read yet. */
  got: number | null
  stat: fs.Stats
  leaks: Pick<LeakScanner, 'redactKnown'> | undefined
}

async function readOn({ fd, held, offset, buffer, got, stat, leaks }: Begun): Promise<Outcome<FilePart>> {
  try {
    const read = got ?? (await readLater(fd, buffer, offset))
    if (leaks && hasEdges(offset, read, stat))
      hide(buffer, offset, await findAtEdges(fd, [offset, offset + read], stat.size, leaks))
    return ok({ bytes: firstOf(buffer, read), stat })
  } catch (error) {
    return explainError(error, lastName(held.path))
  } finally {
    fs.closeSync(fd)
  }
}

/** Whether something of the file stands before or behind what was read. */
function hasEdges(offset: number, got: number, stat: fs.Stats): boolean {
  return offset > 0 || offset + got < stat.size
}

function firstOf(buffer: Buffer, got: number): Buffer {
  return got === buffer.length ? buffer : buffer.subarray(0, got)
}

function readNow(fd: number, buffer: Buffer, offset: number): number {
  let got = 0
  while (got < buffer.length) {
    const count = fs.readSync(fd, buffer, got, buffer.length - got, offset + got)
    if (count === 0) break
    got += count
  }
  return got
}

async function readLater(fd: number, buffer: Buffer, offset: number): Promise<number> {
  let got = 0
  while (got < buffer.length) {
    const count = await readSome(fd, buffer, got, offset + got)
    if (count === 0) break
    got += count
  }
  return got
}
