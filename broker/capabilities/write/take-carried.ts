/**
 * The last step of carrying something to another disk: taking it away where it was, which can't be undone. What was
 * written there while it was copied is in no copy, so it is looked at before and after, and only what is still the same
 * is taken away.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import type { HeldThing } from '../files/held.ts'
import { entryAt, isUnchanged } from './open-place.ts'

export interface Carried {
  /** False, and nothing done, when anything in it has changed since it was looked at. */
  takeAway(): boolean
}

/**
 * To be called before it is copied.
 * @param at where it stands
 * @param thing the same, held; null for a link
 */
export function lookBeforeCarrying(at: string, entry: fs.Stats, thing: HeldThing | null): Carried {
  const shape = thing && shapeOf(thing.at, thing.stat)
  return {
    takeAway() {
      const now = entryAt(at)
      if (!now || !isUnchanged(entry, now)) return false
      // Nothing waits between this look and the end.
      if (thing && shapeOf(thing.at, now) !== shape) return false
      fs.rmSync(at, { recursive: true })
      return true
    },
  }
}

/** All that is in it, by names, numbers, sizes and times. */
function shapeOf(top: string, stat: fs.Stats): string {
  const hash = createHash('sha256')
  const look = (at: string, { ino, size, mtimeMs, ctimeMs }: fs.Stats, isFolder: boolean) => {
    hash.update(`${ino} ${isFolder ? '' : size} ${mtimeMs} ${ctimeMs}\n`)
    if (!isFolder) return
    for (const name of fs.readdirSync(at).sort()) {
      const found = entryAt(`${at}/${name}`)
      hash.update(`${JSON.stringify(name)} `)
      if (found) look(`${at}/${name}`, found, found.isDirectory())
    }
  }
  look(top, stat, stat.isDirectory())
  return hash.digest('hex')
}
