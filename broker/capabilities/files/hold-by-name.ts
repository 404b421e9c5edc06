/**
 * Holding by canonical name and identity (device and file number), for systems on which a handle can't be walked from.
 * Weaker than handles: see hold-on-darwin.ts and hold-on-windows.ts for what is left open.
 */
import fs from 'node:fs'
import path from 'node:path'
import { errnoOf } from './explain-error.ts'
import type { HeldNothing, HeldPlace, HeldThing, PathHolder } from './held.ts'
import type { NameSpelling } from './spell-names.ts'

export interface NamedHolderOptions {
  spelling: NameSpelling
  readFlags: number
  separator: '/' | '\\'
}

const MAX_LINKS = 40

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
      const { folder, names } = deepest(text)
      return { state: 'missing', path: paths.join(folder, ...names), errno, close: none }
    }
  }

  /** The deepest folder that can be resolved, and the names below it. Links that lead nowhere are followed by hand. */
  function deepest(text: string, links = 0): { folder: string; names: string[] } {
    const plain = paths.normalize(text)
    const names: string[] = []
    let folder = plain
    for (;;) {
      try {
        return { folder: realPath(folder), names }
      } catch (error) {
        if (errnoOf(error) === '') throw error
      }
      const target = readLink(folder)
      if (target !== null && links < MAX_LINKS) {
        return deepest(paths.join(paths.resolve(paths.dirname(folder), target), ...names), links + 1)
      }
      const above = paths.dirname(folder)
      if (above === folder) return { folder, names }
      names.unshift(paths.basename(folder))
      folder = above
    }
  }

  function holdPlace(text: string, followLast: boolean): HeldPlace | HeldNothing {
    const normal = paths.normalize(text)
    const named = paths.basename(normal)
    const found = followLast ? deepest(text) : deepest(paths.dirname(normal))
    const names = followLast ? found.names : [...found.names, named]
    let folderPath = found.folder
    if (names.length === 0) {
      names.push(paths.basename(folderPath))
      folderPath = paths.dirname(folderPath)
    }
    const folder = holdThing(folderPath)
    if (folder.state !== 'there' || named === '' || names[0] === '') {
      folder.close()
      return {
        state: 'missing',
        path: paths.join(folderPath, ...names),
        errno: folder.state === 'there' ? 'EISDIR' : folder.errno,
        close: none,
      }
    }
    const full = paths.join(folder.path, ...names)
    const entry = names.length === 1 ? (fs.lstatSync(full, { throwIfNoEntry: false }) ?? null) : null
    const spelled = entry && separator === '/' ? spelling.canonical(full) : full
    if (entry) names[0] = paths.basename(spelled)
    return {
      path: spelled,
      folder,
      names: names as [string, ...string[]],
      entry,
      errno: folder.stat.isDirectory() ? null : 'ENOTDIR',
      close: none,
    }
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

function readLink(text: string): string | null {
  try {
    return fs.readlinkSync(text)
  } catch {
    return null
  }
}
