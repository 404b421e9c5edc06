/**
 * Changes that were under way when the broker died: each was either done or not, as the disk shows. What was done can
 * be undone like any other; half-made files of ours are cleared away. One that can't be looked at stays as it is for the
 * next start, and holds up no other.
 */
import fs from 'node:fs'
import path from 'node:path'
import { removeTree } from '../disk/remove-tree.ts'
import type { Change } from './change.ts'
import { fileOfHash, fingerprint } from './fingerprint.ts'
import { atEntry } from './held-folder.ts'
import type { ImageStore } from './image-store.ts'
import { settleAside } from './set-aside.ts'
import { settleCarried, tellCarried, tellTwice } from './settle-carried.ts'

export async function settleInterrupted(
  changes: readonly Change[],
  to: {
    images: ImageStore
    save(change: Change): void
    drop(id: string): void
    tell(change: Change, text: string): void
    fault(error: Error): void
  },
): Promise<void> {
  for (const change of changes) {
    if (change.state !== 'open') continue
    try {
      if (change.what === 'set-aside') {
        const aside = await settleAside(change, to.images)
        if (aside === null) to.drop(change.id)
        else to.save({ ...change, ...aside, state: 'done' })
        continue
      }
      await atEntry(change.path, (at) => clearHalfMade(path.dirname(at)))
      if (change.carried !== null) {
        const was = change.from ?? change.path
        const settled = await settleCarried(was, change.carried)
        if (settled !== null || (await printOf(was)) === null) {
          await saveCarried({ ...change, rest: settled?.rest ?? null }, to)
          if (settled) to.tell(change, tellCarried(change, settled))
          continue
        }
      }
      // Throws where it can't be told: that is not the same as nothing there.
      const after = await printOf(change.path)
      if (await wasDone(change, after)) to.save({ ...change, state: 'done', after })
      else if (
        after !== null &&
        change.what === 'moved' &&
        after === (await printOf(change.from as string))
      ) {
        to.save({ ...change, what: 'created', from: null, state: 'done', after })
        to.tell(change, tellTwice(change))
      } else to.drop(change.id)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      to.fault(new Error(`The interrupted change ${change.id} was not settled: ${why}`, { cause }))
    }
  }
}

/** What came of it counts as done where there is a copy, be it that something of it is back. */
async function saveCarried(
  change: Change,
  to: { save(change: Change): void; drop(id: string): void },
): Promise<void> {
  const copy = (change.carried as { to: string }).to
  const print = await printOf(copy)
  if (print === null) to.drop(change.id)
  else if (change.what === 'moved') to.save({ ...change, state: 'done', after: print })
  else {
    const after = await printOf(change.path)
    to.save({ ...change, state: 'done', after, nowAt: copy, nowPrint: print })
  }
}

/** Throws where it can't be told. */
function printOf(path: string): Promise<string | null> {
  return atEntry(path, fingerprint)
}

/** What stands at a path now; null for nothing, or where it can't be told. */
export async function printAt(path: string): Promise<string | null> {
  try {
    return await atEntry(path, fingerprint)
  } catch {
    return null
  }
}

async function wasDone(change: Change, after: string | null): Promise<boolean> {
  switch (change.what) {
    case 'created':
      return after !== null && isOurs(change, after)
    case 'folder':
      return after !== null
    case 'changed':
      if (after === null || (change.before.kind === 'file' && after === fileOfHash(change.before.hash)))
        return false
      return isOurs(change, after)
    case 'moved':
      return (
        after !== null &&
        (await atEntry(change.from as string, (at) => fs.lstatSync(at, { throwIfNoEntry: false }))) ===
          undefined
      )
    case 'trashed':
    case 'set-aside':
      return after === null
  }
}

/** What a person wrote there between the crash and this start is not ours to take back. */
function isOurs({ leaves }: Change, after: string): boolean {
  return leaves === null || !after.startsWith('file:') || after === fileOfHash(leaves)
}

async function clearHalfMade(folder: string): Promise<void> {
  for (const name of fs.readdirSync(folder)) {
    if (/^\.sallyport-[0-9a-f]{16}\.tmp$/.test(name)) await removeTree(`${folder}/${name}`)
  }
}
