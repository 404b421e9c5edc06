/**
 * What bubblewrap leaves behind: to mount over a file that is not there it makes an empty one, in the person's own
 * folder. Nothing of that may stay, however a program ended; but while another program that runs in the same folder has
 * it mounted over, it must stay, or that one could put there what it may not.
 */
import fs from 'node:fs'
import path from 'node:path'

/** In a host's private folder: the list, for a broker that comes after one that was killed. */
export const MOUNT_POINTS = 'mount-points.json'

export interface MountPoints {
  /** Before they are made. */
  add(user: object, paths: readonly string[]): void
  /** When nothing of that user lives any more. */
  release(user: object): void
}

export function createMountPoints(): MountPoints {
  const users = new Map<string, Set<object>>()
  return {
    add(user, paths) {
      for (const file of paths) {
        // What is there already is the person's, unless it was made for another program.
        const using = users.get(file) ?? (isThere(file) ? null : new Set())
        if (using) users.set(file, using.add(user))
      }
    },
    release(user) {
      const free = [...users].filter(([, using]) => using.delete(user) && using.size === 0)
      for (const [file] of free) users.delete(file)
      removeEmpty(free.map(([file]) => file))
    },
  }
}

/** Files and folders that were not there before, as far as they are still empty. */
export function removeEmpty(files: readonly string[]): void {
  // What is inside of another comes first.
  for (const file of [...files].sort((a, b) => b.length - a.length)) {
    try {
      const folder = path.dirname(file)
      // A link that took its folder's place leads to what is not ours.
      if (fs.realpathSync(folder) !== folder) continue
      const stat = fs.lstatSync(file)
      if (stat.isDirectory()) fs.rmdirSync(file)
      else if (stat.isFile() && stat.size === 0) fs.unlinkSync(file)
    } catch {
      // Gone already, or something was put into it.
    }
  }
}

export function isThere(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined
}
