/**
 * What was on its way to another disk when the broker died, while it was taken away where it was: it lies out of sight
 * under a name of ours. What stands in the copy just so is taken away; anything else is given its own name back, or
 * stays and is told where that name is taken. So nothing is lost, whatever was done to either since.
 */
import fs from 'node:fs'
import { type Removable, removeTree } from '../disk/remove-tree.ts'
import type { Change } from './change.ts'
import { atEntry } from './held-folder.ts'

/** Where what is not in the copy lies now. */
export interface Settled {
  rest: string | null
}

/**
 * Null when nothing lies out of sight. Throws system errors, and when the folder that it lay in is not there: it may be
 * on a disk that comes back.
 * @param from where it was
 */
export async function settleCarried(from: string, { to, aside }: Carried): Promise<Settled | null> {
  const settled = await atEntry(aside, async (at) => {
    if (!fs.lstatSync(at, { throwIfNoEntry: false })) return 'nothing'
    const gone = await atEntry(to, (copy) =>
      removeTree(at, { opening: true, only: (thing) => isSame(thing, copy) }),
    )
    if (gone) return { rest: null }
    return (await atEntry(from, (name) => giveBack(at, name))) ? { rest: from } : { rest: aside }
  })
  if (settled === null) throw new Error(`The folder of ${aside} is not there.`)
  return settled === 'nothing' ? null : settled
}

type Carried = NonNullable<Change['carried']>

function giveBack(aside: string, name: string): boolean {
  if (fs.lstatSync(name, { throwIfNoEntry: false })) return false
  fs.renameSync(aside, name)
  return true
}

/** As the copy was made: links by where they lead, files by size and time, folders where there is one. */
function isSame({ below, at, stat }: Removable, copy: string): boolean {
  const there = Buffer.concat([Buffer.from(copy), Buffer.from(below, 'latin1')])
  const found = fs.lstatSync(there, { throwIfNoEntry: false })
  if (!found) return false
  if (stat.isDirectory()) return found.isDirectory()
  if (stat.isSymbolicLink())
    return found.isSymbolicLink() && fs.readlinkSync(at, 'latin1') === fs.readlinkSync(there, 'latin1')
  return (
    stat.isFile() &&
    found.isFile() &&
    found.size === stat.size &&
    // To the millisecond: more is not kept on the way.
    Math.round(found.mtimeMs) === Math.round(stat.mtimeMs)
  )
}

/** For the record, and for who wants to take it back. */
export function tellCarried(change: Change, { rest }: Settled): string {
  const begun = tellBegun(change)
  if (rest === null) return `${begun} All of it was there, so what was left at its old place was taken away.`
  return rest === change.carried?.aside
    ? `${begun} What is not the same there is kept in “${rest}”, because something else has its name now.`
    : `${begun} What is not the same there is back in its old place.`
}

/** Nothing had been taken away yet. */
export function tellTwice(change: Change): string {
  return `${tellBegun(change)} It is in both places, and undo takes the new one away.`
}

function tellBegun({ what, path, from }: Change): string {
  const was = what === 'moved' ? (from as string) : path
  const name = was.slice(was.lastIndexOf('/') + 1)
  const whither = what === 'moved' ? `moved to “${path}”` : 'put in the trash of another disk'
  return `“${name}” was being ${whither} when Sallyport was ended.`
}
