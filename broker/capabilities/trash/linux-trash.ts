/**
 * The trash of Linux desktops (freedesktop.org Trash specification 1.0), written by hand because it must work on held
 * folders and without a desktop. Things at home go to the home trash, things on another disk to that disk's own; where
 * a disk has none and none can be made, they are carried to the home trash.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Outcome, ok } from '../../../contract/outcome.ts'
import { removeTree } from '../../disk/remove-tree.ts'
import { errnoOf, explainError } from '../files/explain-error.ts'
import type { HeldPlace, PathHolder } from '../files/held.ts'
import { isAtOrBelow } from '../files/name-paths.ts'
import { copyTree } from '../write/copy-tree.ts'
import { movedMeanwhile } from '../write/open-place.ts'
import { renameEntry } from '../write/rename-entry.ts'
import { lookBeforeCarrying } from '../write/take-carried.ts'
import type { NoteCarried, Trash } from './trash.ts'

export interface LinuxTrashOptions {
  holder: PathHolder
  home: string
  /** `$XDG_DATA_HOME`, absolute; else `~/.local/share`. */
  dataHome?: string | undefined
  uid: number
  clock(): number
}

/** A trash folder with `files` and `info` in it; `top` is what paths in the info files start from, if not the root. */
interface TrashFolder {
  path: string
  top: string | null
}

export function createLinuxTrash(options: LinuxTrashOptions): Trash {
  const { holder, home, uid } = options
  const dataHome = options.dataHome?.startsWith('/')
    ? options.dataHome
    : path.posix.join(home, '.local/share')
  const homeTrash: TrashFolder = { path: path.posix.join(dataHome, 'Trash'), top: null }

  async function put(place: HeldPlace, note: NoteCarried): Promise<Outcome<{ now: string }>> {
    const name = place.names[0]
    try {
      const entry = place.entry as fs.Stats
      const trash = trashFor(place, entry)
      const noted = noteInfo(trash, place.path, name)
      const now = `${trash.path}/files/${noted.name}`
      let done = false
      try {
        const brought = await bring(place, now, note)
        if (brought.kind !== 'ok') return brought
        done = true
        return ok({ now })
      } finally {
        if (!done) fs.rmSync(noted.info, { force: true })
      }
    } catch (error) {
      return explainError(error, name)
    }
  }

  /** Renamed into the trash; carried there when it lies on another disk. */
  async function bring(place: HeldPlace, now: string, note: NoteCarried): Promise<Outcome<true>> {
    const at = `${place.folder.at}/${place.names[0]}`
    const entry = place.entry as fs.Stats
    try {
      renameEntry(at, now, entry)
      return ok(true)
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error
    }
    const thing = holder.holdChild(place.folder, place.names[0])
    try {
      const carried = await lookBeforeCarrying(at, entry, thing)
      if (thing) {
        const signal = new AbortController().signal
        const copied = await copyTree(thing, now, { holder, signal, mayRead: () => true, asMove: true })
        if (copied.kind !== 'ok') return copied
      } else {
        fs.symlinkSync(fs.readlinkSync(at), now)
      }
      const taken = await carried.takeAway((name) => note({ to: now, aside: `${place.folder.path}/${name}` }))
      if (taken) return ok(true)
      await removeTree(now)
      return movedMeanwhile(place.path)
    } finally {
      thing?.close()
    }
  }

  function trashFor(place: HeldPlace, entry: fs.Stats): TrashFolder {
    makeTrash(homeTrash.path)
    if (fs.statSync(homeTrash.path).dev === entry.dev) return homeTrash
    const top = topOf(place.folder.path, entry.dev)
    return top === null || isAtOrBelow(home, top) ? homeTrash : (diskTrash(top) ?? homeTrash)
  }

  /** `$top/.Trash/$uid` where an administrator made `.Trash` (sticky, no link), else `$top/.Trash-$uid`. */
  function diskTrash(top: string): TrashFolder | null {
    const shared = path.posix.join(top, '.Trash')
    const stat = fs.lstatSync(shared, { throwIfNoEntry: false })
    const candidates = [path.posix.join(top, `.Trash-${uid}`)]
    if (stat?.isDirectory() && (stat.mode & 0o1000) !== 0)
      candidates.unshift(path.posix.join(shared, String(uid)))
    for (const candidate of candidates) {
      try {
        makeTrash(candidate)
        return { path: candidate, top }
      } catch (error) {
        if (errnoOf(error) === '') throw error
      }
    }
    return null
  }

  /** Makes a trash if there is none. One that is a link, or someone else's, is none. */
  function makeTrash(folder: string): void {
    for (const part of [folder, `${folder}/files`, `${folder}/info`]) {
      fs.mkdirSync(part, { recursive: true, mode: 0o700 })
      const stat = fs.lstatSync(part)
      if (!stat.isDirectory() || stat.uid !== uid)
        throw Object.assign(new Error('Not our trash.'), { code: 'EACCES' })
    }
  }

  /** Takes a free name by making its info file, which comes first, as the specification asks. */
  function noteInfo(trash: TrashFolder, original: string, name: string): { name: string; info: string } {
    const from = trash.top === null ? original : path.posix.relative(trash.top, original)
    const text = `[Trash Info]\nPath=${encodePath(from)}\nDeletionDate=${localTime(options.clock())}\n`
    for (let tries = 1; ; tries++) {
      const taken =
        tries === 1 ? name : `${shorten(name)}.${tries < 20 ? tries : randomBytes(6).toString('hex')}`
      const info = `${trash.path}/info/${taken}.trashinfo`
      try {
        const fd = fs.openSync(
          info,
          fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL,
          0o600,
        )
        try {
          fs.writeFileSync(fd, text)
          fs.fsyncSync(fd)
        } finally {
          fs.closeSync(fd)
        }
        if (!fs.lstatSync(`${trash.path}/files/${taken}`, { throwIfNoEntry: false }))
          return { name: taken, info }
        fs.rmSync(info)
      } catch (error) {
        if (tries > 100 || (errnoOf(error) !== 'EEXIST' && errnoOf(error) !== 'ENAMETOOLONG')) throw error
      }
    }
  }

  return { put }
}

/** The highest folder above that is still on the same disk. */
function topOf(folder: string, dev: number): string | null {
  let top: string | null = null
  for (let at = folder; ; at = path.posix.dirname(at)) {
    const stat = fs.lstatSync(at, { throwIfNoEntry: false })
    if (!stat || stat.dev !== dev) return top
    top = at
    if (at === '/') return top
  }
}

/** Room for `.123456789012.trashinfo` in a name of 255 bytes. */
function shorten(name: string): string {
  let short = name
  while (Buffer.byteLength(short) > 230) short = [...short].slice(0, -1).join('')
  return short
}

function encodePath(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/')
}

/** `2026-11-22T13:05:09`, local time, as the specification has it. */
function localTime(epochMs: number): string {
  const date = new Date(epochMs)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}
