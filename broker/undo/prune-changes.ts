/**
 * What is too old goes; then, from the oldest on, what is too much; then images that nobody needs any more. Some at a
 * time: after a long while, or when less is to be kept, it may be nearly all.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Change, type Image, TreeImage } from './change.ts'
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
  await nextTurn()
  const needs = new Needs(await readTrees(options.changes(), options.images))
  if (!(await needs.countInTurns(options.changes()))) return
  // What came or changed while others had their turn is little, and is counted in the turn in which something goes.
  while (!options.isTaking() && needs.count(options.changes()) && pruneSome(options, needs)) await nextTurn()
}

/** How many changes need an image. What was counted once and is needed no more stays counted until the next time. */
class Needs {
  readonly uses = new Map<string, number>()
  readonly #counted = new Map<string, Image>()
  readonly #trees: ReadonlyMap<string, string[]>

  constructor(trees: ReadonlyMap<string, string[]>) {
    this.#trees = trees
  }

  /** False when it isn't known what a folder needs that came meanwhile. */
  count(changes: readonly Change[]): boolean {
    return changes.every((change) => this.#add(change))
  }

  async countInTurns(changes: readonly Change[]): Promise<boolean> {
    let since = performance.now()
    for (const change of changes) {
      if (!this.#add(change)) return false
      if (performance.now() - since < TURN_MS) continue
      await nextTurn()
      since = performance.now()
    }
    return true
  }

  #add({ id, before }: Change): boolean {
    // It gets another image when what was set aside is kept.
    if (this.#counted.get(id) === before) return true
    const hashes = this.of(before)
    if (!hashes) return false
    this.#counted.set(id, before)
    for (const hash of hashes) this.uses.set(hash, (this.uses.get(hash) ?? 0) + 1)
    return true
  }

  /** Every hash that a change needs, once each; null where that is not known. */
  of(before: Image): string[] | null {
    if (before.kind === 'file') return [before.hash]
    if (before.kind !== 'tree') return []
    const files = this.#trees.get(before.hash)
    return files ? [...new Set([before.hash, ...files])] : null
  }
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
function pruneSome({ images, limits, changes, drop }: PruneOptions, needs: Needs): boolean {
  const { uses } = needs
  for (const hash of [...images.sizes().keys()]) if (!uses.has(hash)) images.delete(hash)

  const until = performance.now() + TURN_MS
  let bytes = 0
  for (const size of images.sizes().values()) bytes += size
  for (const change of changes()) {
    if (bytes <= limits.megabytes * 1024 * 1024) return false
    if (change.state === 'open') continue
    if (performance.now() > until) return true
    drop(change.id)
    for (const hash of needs.of(change.before) ?? []) {
      const needed = (uses.get(hash) ?? 1) - 1
      uses.set(hash, needed)
      if (needed > 0) continue
      bytes -= images.sizes().get(hash) ?? 0
      images.delete(hash)
    }
  }
  return false
}
