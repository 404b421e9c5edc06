/** What is too old goes; then, from the oldest on, what is too much; then images that nobody needs any more. */
import { type Change, TreeImage } from './change.ts'
import type { ImageStore } from './image-store.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export interface PruneOptions {
  /** Oldest first. */
  changes: readonly Change[]
  images: ImageStore
  limits: { days: number; megabytes: number }
  now: number
  drop(id: string): void
}

export function pruneChanges({ changes, images, limits, now, drop }: PruneOptions): void {
  const oldest = now - limits.days * DAY_MS
  const kept = changes.filter((change) => {
    // What is under way is needed in a moment.
    if (change.state === 'open' || change.at >= oldest) return true
    drop(change.id)
    return false
  })
  const uses = new Map<string, number>()
  const hashes = new Map(kept.map((change) => [change.id, imagesOf(change, images)]))
  for (const list of hashes.values()) for (const hash of list) uses.set(hash, (uses.get(hash) ?? 0) + 1)
  for (const hash of [...images.sizes().keys()]) if (!uses.has(hash)) images.delete(hash)

  let bytes = [...images.sizes().values()].reduce((sum, size) => sum + size, 0)
  for (const change of kept) {
    if (bytes <= limits.megabytes * 1024 * 1024) return
    if (change.state === 'open') continue
    drop(change.id)
    for (const hash of hashes.get(change.id) ?? []) {
      const left = (uses.get(hash) ?? 1) - 1
      uses.set(hash, left)
      if (left > 0) continue
      bytes -= images.sizes().get(hash) ?? 0
      images.delete(hash)
    }
  }
}

/** Every hash that a change needs, once each. */
function imagesOf({ before }: Change, images: ImageStore): string[] {
  if (before.kind === 'file') return [before.hash]
  if (before.kind !== 'tree') return []
  const bytes = images.get(before.hash)
  const tree = bytes ? TreeImage.safeParse(JSON.parse(bytes.toString('utf8'))) : null
  const files = tree?.success ? tree.data.flatMap((entry) => (entry.kind === 'file' ? [entry.hash] : [])) : []
  return [...new Set([before.hash, ...files])]
}
