/**
 * Copies a held file or folder to a new name, by handles, links as links, without following any. Made under a temporary
 * name and put in place whole. What is no file, folder or link is not copied: then nothing is.
 */
import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import path from 'node:path'
import { failed, type Outcome, ok, refused } from '../../../contract/outcome.ts'
import { namesInParts } from '../../disk/list-names.ts'
import { removeTree } from '../../disk/remove-tree.ts'
import { createTurns } from '../../disk/take-turns.ts'
import { errnoOf, explainErrno, explainError } from '../files/explain-error.ts'
import type { HeldThing, PathHolder } from '../files/held.ts'
import { lastName } from '../files/name-paths.ts'
import { refuseHardLink } from '../files/read-held.ts'

export interface CopyOptions {
  holder: PathHolder
  signal: AbortSignal
  /** Whether what lies at this path may be read. */
  mayRead(path: string): boolean
  /** A move to another disk keeps times and owner, and hard links are no matter: nothing is read that doesn't move. */
  asMove: boolean
}

export interface Copied {
  files: number
  bytes: number
}

const MAX_ENTRIES = 200_000
/** Bytes of one copy. A move to another disk is as large as it is. */
const MAX_BYTES = 8 * 1024 ** 3
/** Left free on the disk, whatever is copied. */
const KEPT_FREE = 256 * 1024 * 1024
const CHUNK = 4 * 1024 * 1024
const MAX_DEPTH = 200

class Refusal extends Error {
  readonly outcome: Exclude<Outcome<never>, { kind: 'ok' }>
  constructor(outcome: Exclude<Outcome<never>, { kind: 'ok' }>) {
    super(outcome.person)
    this.outcome = outcome
  }
}

/** Copies to `to`, which must not exist. On any failure what was made is taken away again. */
export async function copyTree(from: HeldThing, to: string, options: CopyOptions): Promise<Outcome<Copied>> {
  const count = { files: 0, bytes: 0, entries: 0 }
  try {
    await copyThing(from, to, options, count, 0)
    checkSignal(options)
    return ok({ files: count.files, bytes: count.bytes })
  } catch (error) {
    await removeTree(to)
    if (error instanceof Refusal) return error.outcome
    return explainError(error, lastName(from.path))
  }
}

function checkSignal({ signal }: CopyOptions): void {
  if (signal.aborted) throw new Refusal(refused('cancelled', 'The run was cancelled. Nothing was copied.'))
}

async function copyThing(
  from: HeldThing,
  to: string,
  options: CopyOptions,
  count: Copied & { entries: number },
  depth: number,
): Promise<void> {
  checkSignal(options)
  if (!options.mayRead(from.path))
    throw new Refusal(
      refused(
        'outside-perimeter',
        `“${lastName(from.path)}” lies in it and may not be read, so nothing was copied.`,
      ),
    )
  if (++count.entries > MAX_ENTRIES || depth > MAX_DEPTH)
    throw new Refusal(refused('too-large', `“${lastName(from.path)}” holds too much to copy at once.`))
  if (from.stat.isDirectory()) await copyFolder(from, to, options, count, depth)
  else if (from.stat.isFile()) await copyFile(from, to, options, count)
  else
    throw new Refusal(
      failed('wrong-kind', `“${lastName(from.path)}” is no plain file, so nothing was copied.`),
    )
}

async function copyFile(from: HeldThing, to: string, options: CopyOptions, count: Copied): Promise<void> {
  if (from.stat.nlink > 1) throw new Refusal(refuseHardLink(lastName(from.path)))
  const { size } = from.stat
  if (!options.asMove && count.bytes + size > MAX_BYTES)
    throw new Refusal(
      refused(
        'too-large',
        `This is more than ${MAX_BYTES / 1024 ** 3} GB to copy at once. Nothing was copied.`,
      ),
    )
  if (!(await clone(from, to))) {
    if (size > (await freeBytes(to)) - KEPT_FREE)
      throw new Refusal(explainErrno('ENOSPC', lastName(from.path)))
    await copyBytes(from, to, options.signal)
  }
  if (options.asMove) keepFacts(to, from.stat)
  await syncFile(to)
  count.files++
  count.bytes += size
}

/** File systems that can, share the content. */
async function clone(from: HeldThing, to: string): Promise<boolean> {
  try {
    await fs.promises.copyFile(from.at, to, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw error
    fs.rmSync(to, { force: true })
    return false
  }
}

/** As many bytes as it had when it was held: a file that grows meanwhile has no end. */
async function copyBytes(from: HeldThing, to: string, signal: AbortSignal): Promise<void> {
  const source = await fs.promises.open(from.at, 'r')
  const target = await fs.promises.open(to, 'wx', from.stat.mode & 0o777)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, from.stat.size))
    for (let at = 0; at < from.stat.size; ) {
      if (signal.aborted)
        throw new Refusal(refused('cancelled', 'The run was cancelled. Nothing was copied.'))
      const want = Math.min(buffer.length, from.stat.size - at)
      const { bytesRead } = await source.read(buffer, 0, want, at)
      if (bytesRead === 0) break
      const part = buffer.subarray(0, bytesRead)
      await writeWhole(target, part, at)
      at += bytesRead
    }
  } finally {
    await source.close()
    await target.close()
  }
}

async function writeWhole(target: fs.promises.FileHandle, part: Buffer, at: number): Promise<void> {
  for (let done = 0; done < part.length; )
    done += (await target.write(part, done, part.length - done, at + done)).bytesWritten
}

async function freeBytes(at: string): Promise<number> {
  const { bavail, bsize } = await fs.promises.statfs(path.dirname(at))
  return bavail * bsize
}

async function copyFolder(
  from: HeldThing,
  to: string,
  options: CopyOptions,
  count: Copied & { entries: number },
  depth: number,
): Promise<void> {
  fs.mkdirSync(to, 0o700)
  const takeTurns = createTurns()
  for await (const names of namesInParts(from, 'latin1')) {
    for (const bytes of names) {
      await takeTurns()
      const raw = Buffer.from(bytes, 'latin1')
      if (!isUtf8(raw)) throw new Refusal(noText(from.path))
      const name = raw.toString('utf8')
      const child = options.holder.holdChild(from, name)
      try {
        if (child) await copyThing(child, `${to}/${name}`, options, count, depth + 1)
        else copyLink(`${from.at}/${name}`, `${to}/${name}`, options)
      } finally {
        child?.close()
      }
    }
  }
  if (options.asMove) keepFacts(to, from.stat)
  else fs.chmodSync(to, from.stat.mode & 0o7777)
}

/** It can't be asked for by its name, and left out it would be lost when the rest is taken away. */
const noText = (folder: string) =>
  failed(
    'unsupported',
    `Something in “${lastName(folder)}” has a name that is no text, so all of it stays where it is.`,
  )

function copyLink(from: string, to: string, options: CopyOptions): void {
  try {
    const stat = fs.lstatSync(from)
    fs.symlinkSync(fs.readlinkSync(from), to)
    if (options.asMove) fs.lutimesSync(to, stat.atimeMs / 1000, stat.mtimeMs / 1000)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error // gone while we looked
  }
}

function keepFacts(at: string, stat: fs.Stats): void {
  try {
    fs.chownSync(at, stat.uid, stat.gid)
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error
  }
  fs.chmodSync(at, stat.mode & 0o7777)
  fs.utimesSync(at, stat.atimeMs / 1000, stat.mtimeMs / 1000)
}

async function syncFile(at: string): Promise<void> {
  const file = await fs.promises.open(at, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
