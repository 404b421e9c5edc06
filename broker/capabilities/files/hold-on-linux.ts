/**
 * Handles on Linux. A path is opened once with O_PATH (which neither reads, nor blocks on a FIFO, nor wakes a device),
 * and the kernel's own link of that handle, /proc/self/fd/N, says what was really opened. All that is done later goes
 * through the handle, so a process that swaps symlinks or folders gains nothing.
 *
 * Only when nothing could be opened is the path walked name by name, to find the deepest folder that can be held and
 * to resolve links that lead nowhere: what is decided on must not depend on whether the thing exists.
 */
import fs from 'node:fs'
import { errnoOf } from './explain-error.ts'
import type { HeldNothing, HeldPlace, HeldThing, PathHolder } from './held.ts'
import { openPath, partsOf } from './open-path.ts'
import type { NameSpelling } from './spell-names.ts'
import { type Walked, walkNames } from './walk-names.ts'

const READ = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY
/** How often to look again when something moves while it is being held. */
const TRIES = 5

/** @param spelling the names as the disk has them, where it doesn't tell case apart */
export function createLinuxHolder(spelling: NameSpelling): PathHolder {
  function holdThing(text: string): HeldThing | HeldNothing {
    for (let tries = 0; tries < TRIES; tries++) {
      const fd = openPath(text)
      if (typeof fd === 'string') return toNothing(walkNames(text, true), text, fd)
      const held = holdOpened(fd)
      if (held) return held
    }
    return { state: 'missing', path: lexical(text), errno: 'ESTALE', close() {} }
  }

  /** Null when what was opened has no name (any more). */
  function holdOpened(fd: number): HeldThing | null {
    try {
      const stat = fs.fstatSync(fd)
      const at = `/proc/self/fd/${fd}`
      const name = fs.readlinkSync(at)
      if (name.startsWith('/') && (isPlainly(name, stat) || isNow(name, stat))) {
        const path = spelling.canonical(name)
        return { state: 'there', path, stat, at, close: closer(fd) }
      }
    } catch (error) {
      if (errnoOf(error) === '') throw error
    }
    fs.closeSync(fd)
    return null
  }

  function holdPlace(text: string, followLast: boolean): HeldPlace | HeldNothing {
    for (let tries = 0; tries < TRIES; tries++) {
      const place = placeOnce(text, followLast)
      if (place) return place
    }
    return { state: 'missing', path: lexical(text), errno: 'ESTALE', close() {} }
  }

  function placeOnce(text: string, followLast: boolean): HeldPlace | HeldNothing | null {
    const walked = walkNames(text, followLast)
    if (walked.cut) return toNothing(walked, text, walked.errno)
    const names = walked.names
    const [first] = names
    if (first === undefined) {
      // The root, or a path that ends in `..`: a folder that is no entry of anything we hold.
      return asEntryOf(walked)
    }
    const folder = holdOpened(walked.fd)
    if (!folder) return null
    const entry = names.length === 1 ? lookAt(`${folder.at}/${first}`) : null
    const spelled = entry ? spelling.canonical(join(folder.path, first)) : join(folder.path, ...names)
    if (entry) names[0] = spelled.slice(spelled.lastIndexOf('/') + 1)
    return {
      path: spelled,
      folder,
      names: names as [string, ...string[]],
      entry,
      errno: walked.errno === 'ENOENT' ? null : walked.errno,
      close: folder.close,
    }
  }

  /** A folder that was reached without a name of its own: its canonical path gives the name. */
  function asEntryOf(walked: Walked): HeldPlace | HeldNothing | null {
    const thing = holdOpened(walked.fd)
    if (!thing) return null
    const path = thing.path
    thing.close()
    return path === '/' ? { state: 'missing', path, errno: 'EISDIR', close() {} } : placeOnce(path, false)
  }

  return {
    holdThing,
    holdTarget: (text) => holdPlace(text, true),
    holdEntry: (text) => holdPlace(text, false),
    holdChild(folder, name) {
      const fd = openPath(`${folder.at}/${name}`, fs.constants.O_NOFOLLOW)
      if (typeof fd === 'string') return null
      const stat = fs.fstatSync(fd)
      if (!stat.isSymbolicLink()) {
        return {
          state: 'there',
          path: join(folder.path, name),
          stat,
          at: `/proc/self/fd/${fd}`,
          close: closer(fd),
        }
      }
      fs.closeSync(fd)
      return null
    },
    stillThere(held) {
      try {
        return spelling.canonical(fs.readlinkSync(held.at)) === held.path
      } catch {
        return false
      }
    },
    openForReading: (held) => fs.openSync(held.at, READ),
  }

  function toNothing(walked: Walked, text: string, errno: string): HeldNothing {
    const folder = holdOpened(walked.fd)
    // Where a walk was cut says nothing of where the path leads.
    const path = walked.cut ? lexical(text) : folder ? join(folder.path, ...walked.names) : '/'
    folder?.close()
    // It came into being between two looks: told as missing, which it was.
    return { state: 'missing', path, errno, close() {} }
  }
}

function lookAt(path: string): fs.Stats | null {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) ?? null
  } catch (error) {
    if (errnoOf(error) === '') throw error
    return null
  }
}

function closer(fd: number): () => void {
  let open = true
  return () => {
    if (open) fs.closeSync(fd)
    open = false
  }
}

function join(folder: string, ...names: string[]): string {
  return names.length === 0 ? folder : `${folder === '/' ? '' : folder}/${names.join('/')}`
}

function lexical(text: string): string {
  const names: string[] = []
  for (const part of partsOf(text)) {
    if (part === '..') names.pop()
    else names.push(part)
  }
  return `/${names.join('/')}`
}

/** The kernel adds this to the name of what is no longer there; a file may be called so too. */
const GONE = ' (deleted)'
const isPlainly = (name: string, stat: fs.Stats) => stat.nlink > 0 && !name.endsWith(GONE)
function isNow(name: string, stat: fs.Stats): boolean {
  const now = fs.lstatSync(name, { throwIfNoEntry: false })
  return now !== undefined && now.ino === stat.ino && now.dev === stat.dev
}
