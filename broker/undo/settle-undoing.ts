/**
 * Undos that were under way when the broker died. What was made or put aside for them under a name of ours is cleared
 * away, or given its name back when it is not what the run left: then it is a person's. What had been put back by then
 * counts as undone: told as changed by somebody since, it would be a riddle.
 */
import fs from 'node:fs'
import path from 'node:path'
import { removeTree } from '../disk/remove-tree.ts'
import type { DocumentStore } from '../ports.ts'
import type { Change } from './change.ts'
import { fileOfHash, fileOfLink, fingerprint } from './fingerprint.ts'
import { atEntry } from './held-folder.ts'

const KIND = 'undo-under-way'
const ASIDE = /^\.sallyport-[0-9a-f]{16}\.tmp$/

/** Notes on the disk that a change is being taken back, for as long as it takes. */
export async function noteUndoing<T>(
  documents: DocumentStore,
  { id }: Change,
  act: () => Promise<T>,
): Promise<T> {
  documents.put(KIND, id, { id })
  const done = await act()
  documents.delete(KIND, id)
  return done
}

export async function settleUndoing(
  documents: DocumentStore,
  changes: ReadonlyMap<string, Change>,
  to: { undone(change: Change): void; fault(error: Error): void },
): Promise<void> {
  for (const { id } of documents.list(KIND)) {
    const change = changes.get(id)
    try {
      if (change?.state === 'done') await settle(change, to.undone)
      documents.delete(KIND, id)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      to.fault(new Error(`The interrupted undo of ${id} was not settled: ${why}`, { cause }))
    }
  }
}

async function settle(change: Change, undone: (change: Change) => void): Promise<void> {
  const place = change.what === 'moved' ? (change.from as string) : change.path
  await atEntry(place, async (at) => {
    for (const name of fs.readdirSync(path.dirname(at)).filter((one) => ASIDE.test(one))) {
      const aside = `${path.dirname(at)}/${name}`
      // Taken out of the way to be removed: the run's own goes, anything else comes back.
      if (change.what === 'created' && (await fingerprint(aside)) !== change.after) {
        if (!fs.lstatSync(at, { throwIfNoEntry: false })) fs.renameSync(aside, at)
        continue
      }
      await removeTree(aside)
    }
    if (await isBack(change, await fingerprint(at))) undone(change)
  })
}

/** @param now what stands where it was before the run */
async function isBack(change: Change, now: string | null): Promise<boolean> {
  const { what, before } = change
  if (what === 'created' || what === 'folder') return now === null
  if (now === null) return false
  if (what === 'moved') return now === change.after && (await isGone(change.path))
  // Not yet out of the trash: it stands in both places while it is carried from another disk.
  if (what !== 'changed' && change.nowAt !== null && !(await isGone(change.nowAt))) return false
  if (before.kind === 'file') return now === fileOfHash(before.hash) && now !== change.after
  if (before.kind === 'link') return now === fileOfLink(before.target)
  return what !== 'changed' && now === change.nowPrint
}

async function isGone(place: string): Promise<boolean> {
  return ((await atEntry(place, fingerprint)) ?? null) === null
}
