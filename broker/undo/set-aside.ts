/**
 * What a program left where rules keep it from leaving anything: out of effect in one step, then kept like a
 * before-image. Never lost: what is too much to be kept stays beside its place, under a name that nothing goes by.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Removable, removeTree } from '../disk/remove-tree.ts'
import { type Change, TreeImage } from './change.ts'
import { fingerprint } from './fingerprint.ts'
import { atEntry } from './held-folder.ts'
import type { ImageStore } from './image-store.ts'
import { MAX_ENTRIES, takeImage } from './take-image.ts'

export type Aside = Pick<Change, 'before' | 'nowAt' | 'nowPrint'>

/** Where it goes first. Not a name that is cleared away after a crash. */
export function asideOf(place: string): string {
  return `${path.dirname(place)}/.sallyport-aside-${randomBytes(8).toString('hex')}`
}

/** @returns false when nothing stands there. Throws system errors. */
export async function moveAside(place: string, aside: string): Promise<boolean> {
  const to = path.basename(aside)
  const moved = await atEntry(place, (at) => {
    const move = () => {
      if (!fs.lstatSync(at, { throwIfNoEntry: false })) return false
      fs.renameSync(at, `${path.dirname(at)}/${to}`)
      return true
    }
    try {
      return move()
    } catch (error) {
      if (!/^(EACCES|EPERM)$/.test(String((error as { code?: unknown }).code))) throw error
      return opened(path.dirname(at), move)
    }
  })
  return moved ?? false
}

/** Its folder was shut behind it, and is the person's all the same. */
function opened<T>(folder: string, act: () => T): T {
  const mode = fs.statSync(folder).mode & 0o7777
  fs.chmodSync(folder, mode | 0o300)
  try {
    return act()
  } finally {
    fs.chmodSync(folder, mode)
  }
}

/** Null when it isn't there any more. */
export async function keepAside(aside: string, images: ImageStore): Promise<Aside | null> {
  return atEntry(aside, async (at) => {
    const stat = fs.lstatSync(at, { throwIfNoEntry: false })
    if (!stat) return null
    // A print of all that is in a huge folder would take too long.
    if (stat.isDirectory() && !(await holdsFew(at)))
      return { before: { kind: 'not-kept' as const }, nowAt: aside, nowPrint: null }
    const nowPrint = await fingerprint(at)
    if (nowPrint === null) return null
    const before = await takeImage(at, images).catch(() => ({ kind: 'not-kept' as const }))
    return { before, nowAt: aside, nowPrint }
  })
}

async function holdsFew(folder: string, left = { entries: MAX_ENTRIES }): Promise<boolean> {
  for await (const entry of await fs.promises.opendir(folder)) {
    if (--left.entries < 0) return false
    if (entry.isDirectory() && !(await holdsFew(`${folder}/${entry.name}`, left))) return false
  }
  return true
}

/** Once it is known, on the disk too, that it is kept elsewhere. */
export async function dropAside(aside: string): Promise<void> {
  await atEntry(aside, (at) => removeTree(at, { opening: true }))
}

/** After a crash. Null when there is nothing of it. Throws system errors. */
export async function settleAside(
  { before, nowAt, nowPrint }: Change,
  images: ImageStore,
): Promise<Aside | null> {
  const aside = nowAt as string
  const found = await atEntry(aside, fingerprint)
  if (before.kind === 'not-kept') return found === null ? null : { before, nowAt: aside, nowPrint: found }
  const isKept = found === nowPrint ? () => true : await lookIn(before, images)
  const gone = await atEntry(aside, (at) => removeTree(at, { opening: true, only: isKept }))
  if (gone ?? true) return { before, nowAt: null, nowPrint: null }
  return { before, nowAt: aside, nowPrint: await atEntry(aside, fingerprint) }
}

/** Whether the image of a folder has it just so: some of the folder may be gone, or have changed. */
async function lookIn(before: Change['before'], images: ImageStore): Promise<(thing: Removable) => boolean> {
  const bytes = before.kind === 'tree' ? await images.get(before.hash) : null
  const tree = bytes ? TreeImage.safeParse(JSON.parse(bytes.toString('utf8'))) : null
  const entries = new Map(tree?.success ? tree.data.map((entry) => [entry.path, entry]) : [])
  return ({ below, at, stat }) => {
    const entry = entries.get(Buffer.from(below, 'latin1').toString('utf8').slice(1))
    if (stat.isDirectory()) return entry?.kind === 'folder'
    if (stat.isSymbolicLink()) return entry?.kind === 'link' && entry.target === fs.readlinkSync(at)
    return entry?.kind === 'file' && entry.size === stat.size && entry.mtimeMs === stat.mtimeMs
  }
}
