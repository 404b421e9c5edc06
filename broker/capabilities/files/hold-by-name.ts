/**
 * Holding by canonical name and identity (device and file number), for systems on which a handle can't be walked from.
 * Weaker than handles: see hold-on-darwin.ts and hold-on-windows.ts for what is left open.
 */
import fs from 'node:fs'
import path from 'node:path'
import { errnoOf } from './explain-error.ts'
import type { HeldNothing, HeldPlace, HeldThing, PathHolder } from './held.ts'
import type { NameSpelling } from './spell-names.ts'
import { MAX_NAMES } from './walk-names.ts'

export interface NamedHolderOptions {
  spelling: NameSpelling
  readFlags: number
  separator: '/' | '\\'
}

/** For one name; and over the whole way, where circles are stepped over by `..`. */
const MAX_LINKS = 40
const MAX_LINKS_IN_ALL = 400

export function createNamedHolder(options: NamedHolderOptions): PathHolder {
  const { spelling, readFlags, separator } = options
  const paths = separator === '/' ? path.posix : path.win32
  const none = () => {}

  function realPath(text: string): string {
    const real = fs.realpathSync.native(text)
    return separator === '/' ? spelling.canonical(real) : real
  }

  function holdThing(text: string): HeldThing | HeldNothing {
    try {
      const real = realPath(text)
      return { state: 'there', path: real, stat: fs.lstatSync(real), at: real, close: none }
    } catch (error) {
      const errno = errnoOf(error)
      if (errno === '') throw error
      const found = deepest(text, true)
      if (!found) return endless(text)
      return { state: 'missing', path: paths.join(found.folder, ...found.names), errno, close: none }
    }
  }

  /**
   * The deepest folder that can be resolved, and the names below it. Links that lead nowhere are followed by hand, and
   * missing parts count as plain folders. Null when links make more of them than are walked.
   */
  function deepest(text: string, followLast: boolean): { folder: string; names: string[] } | null {
    const root = paths.parse(text).root
    const todo = partsOf(text.slice(root.length)).reverse()
    let folder = root
    let links = 0
    let linksInAll = 0
    for (let met = 1; met <= MAX_NAMES; met++) {
      const name = todo.pop()
      if (name === undefined) return { folder, names: [] }
      if (name !== '..' && todo.length === 0 && !followLast) return { folder, names: [name] }
      const at = paths.join(folder, name)
      const real = tryRealPath(at)
      const mayFollow = real === null && links++ < MAX_LINKS && linksInAll++ < MAX_LINKS_IN_ALL
      const target = mayFollow ? readLink(at) : null
      if (real !== null) folder = real
      else if (target !== null) {
        if (paths.isAbsolute(target)) folder = paths.parse(target).root
        todo.push(...partsOf(target.slice(paths.parse(target).root.length)).reverse())
      } else {
        const names = asPlainFolders(name, todo)
        if (names.length > 0) return { folder, names }
        links = 0
      }
    }
    return null
  }

  function endless(text: string): HeldNothing {
    return { state: 'missing', path: paths.normalize(text), errno: 'ELOOP', close: none }
  }

  function tryRealPath(text: string): string | null {
    try {
      return realPath(text)
    } catch (error) {
      if (errnoOf(error) === '') throw error
      return null
    }
  }

  function partsOf(text: string): string[] {
    return text.split(separator === '\\' ? /[\\/]/ : '/').filter((part) => part !== '' && part !== '.')
  }

  function holdPlace(text: string, followLast: boolean): HeldPlace | HeldNothing {
    const found = deepest(text, followLast)
    if (!found) return endless(text)
    const { folder: above, names } = found
    if (names.length === 0) {
      // It exists, and its own name is the last of its canonical path.
      if (paths.dirname(above) === above)
        return { state: 'missing', path: above, errno: 'EISDIR', close: none }
      return holdPlace(above, false)
    }
    const folder = holdThing(above)
    if (folder.state !== 'there') return { ...folder, path: paths.join(above, ...names) }
    const full = paths.join(folder.path, ...names)
    const entry = names.length === 1 ? lookAt(full) : null
    // A thing that exists is named as its folder lists it.
    const spelled = entry ? paths.join(folder.path, paths.basename(spelling.canonical(full))) : full
    if (entry) names[0] = paths.basename(spelled)
    const errno = folder.stat.isDirectory() ? null : 'ENOTDIR'
    return { path: spelled, folder, names: names as [string, ...string[]], entry, errno, close: none }
  }

  function isSame(held: HeldThing): boolean {
    const now = fs.lstatSync(held.path, { throwIfNoEntry: false })
    return now !== undefined && now.ino === held.stat.ino && now.dev === held.stat.dev
  }

  return {
    holdThing,
    holdTarget: (text) => holdPlace(text, true),
    holdEntry: (text) => holdPlace(text, false),
    holdChild(folder, name) {
      const full = paths.join(folder.path, name)
      const stat = fs.lstatSync(full, { throwIfNoEntry: false })
      if (!stat || stat.isSymbolicLink()) return null
      return { state: 'there', path: full, stat, at: full, close: none }
    },
    stillThere(held) {
      try {
        return realPath(held.path) === held.path && isSame(held)
      } catch {
        return false
      }
    },
    openForReading(held) {
      const fd = fs.openSync(held.at, readFlags)
      const opened = fs.fstatSync(fd)
      if (opened.ino === held.stat.ino && opened.dev === held.stat.dev) return fd
      fs.closeSync(fd)
      throw Object.assign(new Error('Another file was opened than was decided on.'), { code: 'ESTALE' })
    },
  }
}

/** What follows a missing name: the names left below the held folder, or none if `..` led back. */
function asPlainFolders(name: string, todo: string[]): string[] {
  const names = [name]
  while (names.length > 0) {
    const part = todo.pop()
    if (part === undefined) break
    if (part === '..') names.pop()
    else names.push(part)
  }
  return names
}

function lookAt(path: string): fs.Stats | null {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) ?? null
  } catch (error) {
    if (errnoOf(error) === '') throw error
    return null
  }
}

function readLink(text: string): string | null {
  try {
    return fs.readlinkSync(text)
  } catch {
    return null
  }
}
