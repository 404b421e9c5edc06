/**
 * Taking one change back. Only what the run left is touched: if anything else stands there now, it stays, and the
 * person is told. Each is done in one step, so that a crash leaves the old or the new, never half of it.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { removeTree } from '../disk/remove-tree.ts'
import type { Change } from './change.ts'
import { fileOfHash, fileOfLink, fingerprint } from './fingerprint.ts'
import { atEntry } from './held-folder.ts'
import type { ImageStore } from './image-store.ts'
import { writeFile, writeTree } from './write-back.ts'

/** Null when it was put back; else why not, as a person reads it. */
export type PutBack = Promise<string | null>

const CHANGED = 'It was changed since, so it was left as it is.'
const GONE = 'It is not there any more.'
const TAKEN = 'Something else stands there now, so it was left as it is.'
const MOVED_FOLDER = 'Its folder was moved or removed since.'

const SAID: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full, so it was left as it is.',
  EDQUOT: 'The disk quota is used up, so it was left as it is.',
  EROFS: 'The disk is read-only, so it was left as it is.',
}

export async function putBack(change: Change, images: ImageStore): PutBack {
  try {
    const done = await atEntry(change.path, (at) => ACTS[change.what](change, at, images))
    return done === null ? MOVED_FOLDER : done === 'done' ? null : done
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code
    if (typeof code !== 'string') throw error
    if (code === 'EEXIST') return TAKEN
    return SAID[code] ?? `The operating system said no (${code}).`
  }
}

/**
 * A write keeps a file's permissions, all but the one to run as its owner: what they are now is what they were, or what a
 * person made of them since.
 */
function modeBack(before: number, now: number): number {
  return now === (before & 0o1777) ? before : now
}

type Act = (change: Change, at: string, images: ImageStore) => Promise<string>

const ACTS: Record<Change['what'], Act> = {
  async created(change, at) {
    const why = await differs(change, at)
    if (why) return why
    // Out of the way in one step, looked at once more where nobody finds it, then gone.
    const aside = besides(at)
    fs.renameSync(at, aside)
    if ((await fingerprint(aside)) !== change.after) {
      if (!exists(at)) fs.renameSync(aside, at)
      return CHANGED
    }
    // A folder that was copied can be a large one.
    await removeTree(aside)
    return 'done'
  },

  async changed(change, at, images) {
    const why = await differs(change, at)
    if (why) return why
    if (change.before.kind !== 'file') return 'Its old content was not kept.'
    const bytes = await images.get(change.before.hash)
    if (!bytes) return 'Its old content is no longer kept.'
    const aside = besides(at)
    const seen = fs.lstatSync(at)
    try {
      const mode = modeBack(change.before.mode, seen.mode & 0o7777)
      await writeFile(aside, bytes, { ...change.before, mode, owner: seen })
      // Nothing waits between this look and the end: what was written meanwhile is not lost.
      if ((await differs(change, at)) ?? !isSame(seen, at)) return CHANGED
      fs.renameSync(aside, at)
      return 'done'
    } finally {
      fs.rmSync(aside, { force: true })
    }
  },

  async moved(change, at) {
    const why = await differs(change, at)
    if (why) return why
    const from = change.from as string
    const done = await atEntry(from, (old) => bring(at, old, change.after as string))
    return done ?? 'The folder it came from is not there any more.'
  },

  trashed: bringBack,
  'set-aside': bringBack,

  async folder(_change, at) {
    if (!exists(at)) return GONE
    try {
      fs.rmdirSync(at)
      return 'done'
    } catch {
      return 'It holds other things now, so it was left.'
    }
  },
}

async function bringBack(change: Change, at: string, images: ImageStore): Promise<string> {
  if (exists(at)) return TAKEN
  const fromTrash =
    change.nowAt === null ? null : await atEntry(change.nowAt, (now) => takeFromTrash(change, now, at))
  return fromTrash ?? restoreImage(change, at, images)
}

/** Null when what stands there is what the run left. */
async function differs(change: Change, at: string): Promise<string | null> {
  const now = await fingerprint(at)
  if (now === null) return GONE
  return now === change.after ? null : CHANGED
}

/** What its name in the trash stands for by now may be something else: that is not ours. */
export function isStillInTrash({ nowPrint, before }: Change, print: string | null): boolean {
  if (print === null) return false
  if (nowPrint !== null) return print === nowPrint
  if (before.kind === 'file') return print === fileOfHash(before.hash)
  return before.kind !== 'link' || print === fileOfLink(before.target)
}

/** Null when it is not there any more. */
async function takeFromTrash(change: Change, now: string, at: string): Promise<string | null> {
  const print = await fingerprint(now)
  if (!isStillInTrash(change, print)) return null
  const done = await bring(now, at, print as string)
  const recorded = change.nowAt as string
  const info = path.join(path.dirname(recorded), '..', 'info', `${path.basename(recorded)}.trashinfo`)
  if (done === 'done' && change.what === 'trashed') fs.rmSync(info, { force: true })
  return done
}

async function restoreImage(change: Change, at: string, images: ImageStore): Promise<string> {
  const { before } = change
  if (before.kind === 'link') {
    fs.symlinkSync(before.target, at)
    return 'done'
  }
  if (before.kind !== 'file' && before.kind !== 'tree') return 'It is no longer in the trash.'
  const bytes = await images.get(before.hash)
  if (!bytes) return 'It is no longer in the trash, and its content is no longer kept.'
  const aside = besides(at)
  try {
    if (before.kind === 'file') await writeFile(aside, bytes, before)
    else if (!(await writeTree(aside, bytes, images)))
      return 'It is no longer in the trash, and parts of it are no longer kept.'
    give(aside, at)
    return 'done'
  } finally {
    await removeTree(aside)
  }
}

/**
 * Renamed; to another disk it is copied whole beside its place, put there, and then taken away here, if it is still the
 * same. Never over anything.
 * @param print what stands at `from`
 */
async function bring(from: string, to: string, print: string): Promise<string> {
  try {
    give(from, to)
    return 'done'
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EXDEV') throw error
  }
  if (exists(to)) return TAKEN
  const aside = besides(to)
  try {
    // Not at once: a large folder takes minutes, and all else goes on.
    await fs.promises.cp(from, aside, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      errorOnExist: true,
      force: false,
    })
    await syncAll(aside)
    if ((await fingerprint(from)) !== print) return CHANGED
    give(aside, to)
  } finally {
    await removeTree(aside)
  }
  await removeTree(from)
  return 'done'
}

/** A rename that writes over nothing; throws EEXIST where something stands. */
function give(from: string, to: string): void {
  if (!fs.lstatSync(from).isDirectory() && tryLink(from, to)) {
    fs.unlinkSync(from)
    return
  }
  if (exists(to)) throw Object.assign(new Error('The name is taken.'), { code: 'EEXIST' })
  fs.renameSync(from, to)
}

/** False on a disk without hard links. */
function tryLink(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to)
    return true
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'EEXIST' || code === 'EXDEV' || code === 'ENOENT') throw error
    return false
  }
}

/** On the disk before the original goes. */
async function syncAll(at: string): Promise<void> {
  const stat = await fs.promises.lstat(at)
  if (stat.isDirectory()) for (const name of await fs.promises.readdir(at)) await syncAll(`${at}/${name}`)
  if (!stat.isFile()) return
  const file = await fs.promises.open(at, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

function isSame(then: fs.Stats, at: string): boolean {
  const now = fs.lstatSync(at, { throwIfNoEntry: false })
  return now?.ino === then.ino && now.size === then.size && now.mtimeMs === then.mtimeMs
}

function exists(at: string): boolean {
  return fs.lstatSync(at, { throwIfNoEntry: false }) !== undefined
}

function besides(at: string): string {
  return `${path.dirname(at)}/.sallyport-${randomBytes(8).toString('hex')}.tmp`
}
