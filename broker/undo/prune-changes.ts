/**
 * What is too old goes; then, from the oldest on, what is too much; then images that nobody needs any more. Some at a
 * time: after a long while, or when less is to be kept, it may be nearly all.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Change, TreeImage } from './change.ts'
import type { ImageStore } from './image-store.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Each is held in memory. */
const MOST_CHANGES = 50_000
/** How long others wait: each that is dropped waits for the disk. */
const TURN_MS = 8

export interface PruneOptions {
  /** Oldest first, as they are now. */
  changes(): readonly Change[]
  images: ImageStore
  limits: { days: number; megabytes: number }
  now: number
  drop(id: string): void
  /** Images are being kept for a change that is not among them yet: they would seem unneeded. */
  isTaking(): boolean
}

export async function pruneChanges(options: PruneOptions): Promise<void> {
  await dropOld(options)
  const trees = await readTrees(options.changes(), options.images)
  while (!options.isTaking() && pruneSome(options, trees)) await nextTurn()
}

async function dropOld({ changes, limits, now, drop }: PruneOptions): Promise<void> {
  const oldest = now - limits.days * DAY_MS
  const all = changes()
  let since = performance.now()
  for (const [at, change] of all.entries()) {
    // What is under way is needed in a moment.
    if (change.state === 'open' || (change.at >= oldest && at >= all.length - MOST_CHANGES)) continue
    drop(change.id)
    if (performance.now() - since < TURN_MS) continue
    await nextTurn()
    since = performance.now()
  }
}

/** What each kept folder needs beside its own image. */
async function readTrees(changes: readonly Change[], images: ImageStore): Promise<Map<string, string[]>> {
  const trees = new Map<string, string[]>()
  for (const { before } of changes) {
    if (before.kind !== 'tree' || trees.has(before.hash)) continue
    const bytes = await images.get(before.hash)
    const tree = bytes ? TreeImage.safeParse(JSON.parse(bytes.toString('utf8'))) : null
    const files = tree?.success
      ? tree.data.flatMap((entry) => (entry.kind === 'file' ? [entry.hash] : []))
      : []
    trees.set(before.hash, files)
    await nextTurn()
  }
  return trees
}

/** In one turn. @returns whether there is more to do */
function pruneSome(options: PruneOptions, trees: ReadonlyMap<string, string[]>): boolean {
  const { images, limits } = options
  const kept = options.changes()
  const uses = new Map<string, number>()
  const hashes = new Map<string, string[]>()
  for (const change of kept) {
    const list = imagesOf(change, trees)
    // A folder that came meanwhile: what it needs is not known.
    if (!list) return false
    hashes.set(change.id, list)
    for (const hash of list) uses.set(hash, (uses.get(hash) ?? 0) + 1)
  }
  for (const hash of [...images.sizes().keys()]) if (!uses.has(hash)) images.delete(hash)

  const until = performance.now() + TURN_MS
  let bytes = [...images.sizes().values()].reduce((sum, size) => sum + size, 0)
  for (const change of kept) {
    if (bytes <= limits.megabytes * 1024 * 1024) return false
    if (change.state === 'open') continue
    if (performance.now() > until) return true
    options.drop(change.id)
    for (const hash of hashes.get(change.id) ?? []) {
      const needed = (uses.get(hash) ?? 1) - 1
      uses.set(hash, needed)
      if (needed > 0) continue
      bytes -= images.sizes().get(hash) ?? 0
      images.delete(hash)
    }
  }
  return false
}

/** Every hash that a change needs, once each; null where that is not known. */
function imagesOf({ before }: Change, trees: ReadonlyMap<string, string[]>): string[] | null {
  if (before.kind === 'file') return [before.hash]
  if (before.kind !== 'tree') return []
  const files = trees.get(before.hash)
  return files ? [...new Set([before.hash, ...files])] : null
}
