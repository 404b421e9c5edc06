/**
 * What undoing a whole run would do, without doing it. Changes build on each other (written, then moved), so each is
 * judged against the disk as it would be once all later ones were taken back.
 */
import fs from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { UndoPreview } from '../../contract/agent.ts'
import type { CompareTexts } from '../ports.ts'
import type { Change } from './change.ts'
import { fileOfHash, fileOfLink, fingerprint, hashOf } from './fingerprint.ts'
import { atEntry } from './held-folder.ts'
import type { ImageStore } from './image-store.ts'
import { isStillInTrash } from './put-back.ts'
import { readText, readTextAt, type ShownText } from './read-text.ts'

type Listed = UndoPreview['changes'][number]

/**
 * Of one run so much is shown of what undo would do in texts, in UTF-16 units: all of it is one message, and what more
 * there is nobody reads in one go.
 */
const MOST_SHOWN = 4_000_000

/** @param changes of one run, oldest first @returns newest first, as they would be undone */
export async function previewChanges(
  changes: readonly Change[],
  images: ImageStore,
  compare: CompareTexts,
): Promise<Listed[]> {
  const disk = new DiskToCome()
  const listed: Listed[] = []
  let shown = 0
  for (const change of changes.toReversed()) {
    // Of what is gone there is nothing else to wait for.
    await nextTurn()
    const state = change.state === 'undone' ? 'undone' : await judge(change, disk, images)
    const { id, callId, at, what, path, from } = change
    const draw = shown < MOST_SHOWN ? compare : leftOut
    const diff = state === 'can-undo' ? await diffOf(change, disk, images, draw) : null
    shown += diff?.length ?? 0
    listed.push({ id, callId: callId === '' ? null : callId, at, what, path, from, diff, state })
    if (state === 'can-undo' && change.what !== 'set-aside') disk.takeBack(change)
  }
  return listed
}

async function judge(change: Change, disk: DiskToCome, images: ImageStore): Promise<Listed['state']> {
  if (change.what === 'folder') return disk.folderAt(change.path)
  const now = await disk.at(change.path)
  if (change.what === 'trashed' || change.what === 'set-aside') {
    if (now !== null) return 'changed-since'
    if (change.nowAt !== null && isStillInTrash(change, await diskPrint(change.nowAt))) return 'can-undo'
    return keptImage(change, images) ? 'can-undo' : 'gone'
  }
  if (now === null) return 'gone'
  if (now !== change.after && now !== UNKNOWN) return 'changed-since'
  if (change.what === 'changed' && !keptImage(change, images)) return 'no-image'
  if (change.what === 'moved' && (await disk.at(change.from as string)) !== null) return 'changed-since'
  return 'can-undo'
}

function keptImage({ before }: Change, images: ImageStore): boolean {
  if (before.kind === 'link') return true
  return (before.kind === 'file' || before.kind === 'tree') && images.has(before.hash)
}

async function diffOf(
  change: Change,
  disk: DiskToCome,
  images: ImageStore,
  compare: CompareTexts,
): Promise<string | null> {
  if (change.what !== 'changed' && change.what !== 'created') return null
  const now = await textOf(hashOf(change.after), change.path, disk, images)
  const before =
    change.before.kind === 'file' ? readText(await images.get(change.before.hash)) : { text: '', cut: false }
  if (now === null || before === null) return null
  const name = change.path.slice(change.path.lastIndexOf('/') + 1)
  const heads = ['now', 'after undo'] as const
  return compare(name, now.text, before.text, { heads, cut: now.cut || before.cut }).diff
}

const leftOut: CompareTexts = (name, _before, _after, { heads }) => ({
  diff: `--- ${name}\t${heads[0]}\n+++ ${name}\t${heads[1]}\n\\ Not shown: so many changes of this run are shown already.\n`,
  part: true,
})

/** Content as the run left it: kept as a later change's before-image, or still on the disk. */
async function textOf(
  hash: string | null,
  path: string,
  disk: DiskToCome,
  images: ImageStore,
): Promise<ShownText | null> {
  if (hash === null) return null
  if (images.has(hash)) return readText(await images.get(hash))
  const real = disk.realPath(path)
  return real === null ? null : await atEntry(real, readTextAt)
}

/** Something is there, but what exactly can only be told once it is back. */
const UNKNOWN = '?'

/** The disk as it would be with the later changes taken back. */
class DiskToCome {
  readonly #undone: Change[] = []

  takeBack(change: Change): void {
    this.#undone.push(change)
  }

  async at(path: string): Promise<string | null> {
    const found = this.#lookUp(path)
    const print = 'print' in found ? found.print : await diskPrint(found.path)
    return print?.startsWith('folder:') && this.#changesBelow(path) ? UNKNOWN : print
  }

  /** A folder goes when nothing would be left in it. Other things in it can be very many: the first is enough. */
  async folderAt(folder: string): Promise<'can-undo' | 'changed-since' | 'gone'> {
    const found = this.#lookUp(folder)
    if ('print' in found) return found.print === null ? 'gone' : 'can-undo'
    const state = await atEntry(found.path, async (at) => {
      const stat = fs.lstatSync(at, { throwIfNoEntry: false })
      if (!stat?.isDirectory()) return stat ? 'changed-since' : 'gone'
      for await (const { name } of await fs.promises.opendir(at))
        if (await this.#stands(`${folder}/${name}`)) return 'changed-since'
      return 'can-undo'
    })
    return state ?? 'gone'
  }

  async #stands(path: string): Promise<boolean> {
    const found = this.#lookUp(path)
    if ('print' in found) return found.print !== null
    const stat = await atEntry(found.path, (at) => fs.lstatSync(at, { throwIfNoEntry: false }))
    return Boolean(stat)
  }

  /** A folder's print covers all that is in it, and of that something would be taken back first. */
  #changesBelow(folder: string): boolean {
    return this.#undone.some(({ path, from }) => [path, from].some((one) => one?.startsWith(`${folder}/`)))
  }

  /** Where on the real disk it lies now; null when it does not. */
  realPath(path: string): string | null {
    const found = this.#lookUp(path)
    return 'path' in found ? found.path : null
  }

  /** From the latest undo back: each says what it put at the path, or where to look on. */
  #lookUp(wanted: string): { print: string | null } | { path: string } {
    let path = wanted
    for (const change of this.#undone.toReversed()) {
      const found = LOOK[change.what](change, path)
      if (found === null) continue
      if ('print' in found) return found
      path = found.path
    }
    return { path }
  }
}

type Found = { print: string | null } | { path: string } | null

const LOOK: Record<Change['what'], (change: Change, path: string) => Found> = {
  // Stays where it is unless it is asked for by itself.
  'set-aside': () => null,
  created: (change, path) => (isAtOrBelow(path, change.path) ? { print: null } : null),
  folder: (change, path) => (isAtOrBelow(path, change.path) ? { print: null } : null),
  changed: (change, path) =>
    path === change.path && change.before.kind === 'file' ? { print: fileOfHash(change.before.hash) } : null,
  moved(change, path) {
    const from = change.from as string
    if (isAtOrBelow(path, from)) return { path: change.path + path.slice(from.length) }
    return isAtOrBelow(path, change.path) ? { print: null } : null
  },
  trashed(change, path) {
    if (!isAtOrBelow(path, change.path)) return null
    if (change.nowAt !== null) return { path: change.nowAt + path.slice(change.path.length) }
    if (path !== change.path) return { print: UNKNOWN }
    const { before } = change
    if (before.kind === 'file') return { print: fileOfHash(before.hash) }
    return { print: before.kind === 'link' ? fileOfLink(before.target) : UNKNOWN }
  },
}

async function diskPrint(path: string): Promise<string | null> {
  return atEntry(path, fingerprint)
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
