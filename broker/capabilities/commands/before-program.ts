/** How folders were before a program, so that a look afterwards (`look-again.ts`) finds what it made of them. */
import fs from 'node:fs'
import { namesIn } from './judge-repository.ts'
import type { Unfinished } from './judge-unfinished.ts'
import type { Looked } from './look-below.ts'

/** How it was, for the look when all has ended (`look-again.ts`). */
export interface Before {
  /** Each folder that it can change, and what tells whether anything in it came or went. */
  folders: Map<string, Looked & { state: string }>
  /** What git took for a repository's own folder, and what of it was unfinished there. */
  repositories: Map<string, Unfinished>
  /** What it may not change, as it was: by `printOf`. */
  fixed: Map<string, string>
}
/** Of a file, its content's; of a folder, which one it is. Nothing, and what the sandbox itself puts there, are one. */
export function printOf(path: string): string {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false })
  if (!stat || isHollow(path)) return ''
  return stat.isDirectory() ? `${stat.ino}` : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
}

/** Sandboxes make no more than a few in one place. A program can make a million, and all wait for this look. */
const HOLLOW_ENTRIES = 64

/** Nothing but empty files and folders: what sandboxes make to mount over, and take away again. */
export function isHollow(path: string, left = { entries: HOLLOW_ENTRIES }): boolean {
  try {
    const stat = fs.lstatSync(path)
    if (--left.entries < 0) return false
    if (!stat.isDirectory()) return stat.isFile() && stat.size === 0
    return namesIn(path, left.entries)?.every((name) => isHollow(`${path}/${name}`, left)) ?? false
  } catch {
    return false
  }
}

/** Changes whenever anything in a folder comes, goes or is renamed; no program can set it back. */
export function stateOf({ dev, ino, ctimeMs }: fs.Stats): string {
  return `${dev} ${ino} ${ctimeMs}`
}
