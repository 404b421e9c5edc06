/**
 * The last step of carrying something to another disk: taking it away where it was, which can't be undone. What was
 * written there while it was copied is in no copy, so it is looked at before and after, and only what is still the same
 * is taken away.
 */
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { listNames } from '../../disk/list-names.ts'
import { removeTree } from '../../disk/remove-tree.ts'
import { createTurns } from '../../disk/take-turns.ts'
import type { HeldThing } from '../files/held.ts'
import { entryAt, isUnchanged } from './open-place.ts'

/** @param name beside its own */
type NoteAside = (name: string) => void

export interface Carried {
  /**
   * False, and it stands where it stood, when anything in it has changed since it was looked at.
   * @param note before it has another name: a broker that comes after one that was killed knows it from there
   */
  takeAway(note: NoteAside): Promise<boolean>
}

/**
 * To be called before it is copied.
 * @param at where it stands
 * @param thing the same, held; null for a link
 */
export async function lookBeforeCarrying(
  at: string,
  entry: fs.Stats,
  thing: HeldThing | null,
): Promise<Carried> {
  const shape = thing && (await shapeOf(thing.at, thing.stat))
  return {
    async takeAway(note) {
      const now = entryAt(at)
      if (!now || !isUnchanged(entry, now) || (thing && factsOf(now) !== factsOf(thing.stat))) return false
      if (now.isDirectory()) return takeFolder(at, now, shape, note)
      // Nothing waits between this look and the end.
      fs.unlinkSync(at)
      return true
    },
  }
}

/** Out of the way in one step, looked at once more where nobody finds it, then gone; a large one takes a while. */
async function takeFolder(
  at: string,
  now: fs.Stats,
  shape: string | null,
  note: NoteAside,
): Promise<boolean> {
  const name = `.sallyport-aside-${randomBytes(8).toString('hex')}`
  const aside = `${path.dirname(at)}/${name}`
  note(name)
  fs.renameSync(at, aside)
  let taken = false
  try {
    if ((await shapeOf(aside, now)) !== shape) return false
    await removeTree(aside, { opening: true })
    taken = true
    return true
  } finally {
    if (!taken && !entryAt(at)) fs.renameSync(aside, at)
  }
}

/** All that is in it, by names, numbers, sizes and times. */
async function shapeOf(top: string, stat: fs.Stats): Promise<string> {
  const hash = createHash('sha256')
  const takeTurns = createTurns()
  const look = async (at: string, folder: fs.Stats): Promise<void> => {
    for await (const names of listNames({ at, stat: folder })) {
      for (const name of names) {
        await takeTurns()
        const found = entryAt(`${at}/${name}`)
        hash.update(`${JSON.stringify(name)} ${found && factsOf(found)}\n`)
        if (found?.isDirectory()) await look(`${at}/${name}`, found)
      }
    }
  }
  if (stat.isDirectory()) await look(top, stat)
  return hash.digest('hex')
}

function factsOf(stat: fs.Stats): string {
  return `${stat.ino} ${stat.isDirectory() ? '' : stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`
}
