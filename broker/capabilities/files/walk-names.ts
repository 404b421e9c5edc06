/**
 * The slow way from a path's text to folders, on Linux: name by name, each folder held. Needed where the kernel's own
 * way ends in nothing, since what is decided on must not depend on whether something exists.
 */
import fs from 'node:fs'
import { errnoOf } from './explain-error.ts'
import { openFolder, partsOf, tryFolder } from './open-path.ts'

/** As many links as the kernel follows for one name; and over the whole way, where circles are stepped over by `..`. */
const MAX_LINKS = 40
const MAX_LINKS_IN_ALL = 400
/** Names in all, with those that links add: as many as the text of one path can hold. Else 400 links made a million. */
export const MAX_NAMES = 2048

export interface Walked {
  /** The deepest folder that could be opened. The caller closes it. */
  fd: number
  /** What is left below it. */
  names: string[]
  /** Why the walk ended before the last name; ENOENT when it just isn't there. */
  errno: string
  /** There were more names than are walked: where the rest leads is not known, and `fd` is just where the walk was. */
  cut: boolean
}

/**
 * Walks name by name, holding each folder, links resolved by hand. Ends at the folder of the last name (which is left
 * in `names` even if it exists), or where the system lets us go no further. Parts that are missing count as plain
 * folders: `missing/..` leads back to where it started.
 *
 * @param onTurn told each place where the way turns: a folder that `..` leaves, a link that is followed
 */
export function walkNames(text: string, followLast: boolean, onTurn?: (place: () => string) => void): Walked {
  const todo = partsOf(text).reverse()
  let fd = openFolder('/')
  let links = 0
  let linksInAll = 0
  // What is missing counts like what is there: where the walk is cut does not tell them apart.
  let met = 0
  const take = () => {
    met++
    return todo.pop()
  }
  for (;;) {
    const name = take()
    if (name === undefined) return { fd, names: [], errno: 'ENOENT', cut: false }
    if (met > MAX_NAMES) return { fd, names: [], errno: 'ELOOP', cut: true }
    const at = `/proc/self/fd/${fd}/${name}`
    const folder = fd
    if (name === '..') onTurn?.(() => nameOf(folder))
    const last = todo.length === 0
    // Most are folders, which takes one call to see.
    let next: number | string = last ? 'ENOTDIR' : tryFolder(at)
    const stat = next === 'ENOTDIR' ? lookAtOrWhy(at) : null
    if (typeof stat === 'string') {
      next = stat
    } else if (stat?.isSymbolicLink() && (!last || followLast)) {
      const target = ++links > MAX_LINKS || ++linksInAll > MAX_LINKS_IN_ALL ? 'ELOOP' : readLink(at)
      if (typeof target !== 'string') {
        onTurn?.(() => below(nameOf(folder), name))
        if (target.absolute) fd = swap(fd, openFolder('/'))
        todo.push(...target.parts.reverse())
        continue
      }
      next = target
    } else if (last) {
      if (name !== '..') return { fd, names: [name], errno: 'ENOENT', cut: false }
      next = tryFolder(at)
    }
    if (typeof next === 'number') {
      fd = swap(fd, next)
      continue
    }
    const names = asPlainFolders(name, take, (gone) => onTurn?.(() => below(nameOf(folder), ...gone)))
    if (met > MAX_NAMES) return { fd, names: [], errno: 'ELOOP', cut: true }
    if (names.length > 0) return { fd, names, errno: next, cut: false }
    links = 0
  }
}

/** Takes what follows a missing name: the names left below the held folder, or none if `..` led back. */
function asPlainFolders(
  name: string,
  take: () => string | undefined,
  onTurn: (names: string[]) => void,
): string[] {
  const names = [name]
  while (names.length > 0) {
    const part = take()
    if (part === undefined) break
    if (part === '..') {
      onTurn(names)
      names.pop()
    } else names.push(part)
  }
  return names
}

function nameOf(fd: number): string {
  return fs.readlinkSync(`/proc/self/fd/${fd}`)
}

function below(folder: string, ...names: string[]): string {
  return `${folder === '/' ? '' : folder}/${names.join('/')}`
}

function lookAtOrWhy(path: string): fs.Stats | string {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) ?? 'ENOENT'
  } catch (error) {
    return errnoOf(error) || 'EIO'
  }
}

function readLink(path: string): { absolute: boolean; parts: string[] } | string {
  try {
    const target = fs.readlinkSync(path)
    return { absolute: target.startsWith('/'), parts: partsOf(target) }
  } catch (error) {
    return errnoOf(error) || 'EIO'
  }
}

function swap(old: number, next: number): number {
  fs.closeSync(old)
  return next
}
