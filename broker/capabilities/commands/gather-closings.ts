/**
 * Each place that is closed inside of an open folder is a mount, and so is every folder on the way to it, which must not
 * be renamed. Past some hundreds the sandbox takes longer to start than any program is worth, and past three thousand it
 * refuses to. So where there are too many, a folder that holds many of them is closed in their stead.
 */
import { folderOf, isAtOrBelow } from '../files/name-paths.ts'

/** The kernel takes a second for these; for twice as many, four. */
export const MAX_MOUNTS = 1_000

export interface Gathering {
  /** What is closed now, some with all that is in them. */
  closed: string[]
  /** Of these, the folders that stand for what is in them. */
  gathered: string[]
}

/**
 * @param tops the folders that are open; only what is below one of them is a folder that can be closed
 * @param kept a place that stays as it is, with all folders above it
 * @returns null when even so there are too many
 */
export function gatherClosings(
  closed: readonly string[],
  tops: readonly string[],
  kept: string,
  most = MAX_MOUNTS,
): Gathering | null {
  const open = new Set(tops)
  const mounts = withWays(closed, open)
  let total = mounts.size
  if (total <= most) return { closed: [...closed], gathered: [] }
  const below = countBelow(mounts, open)
  const isKept = (path: string) => [kept, ...tops].some((top) => isAtOrBelow(top, path))
  const folders = [...below.keys()].filter((path) => (below.get(path) ?? 0) > 1 && !isKept(path))
  const gathered: string[] = []
  const saved = (path: string) => (below.get(path) ?? 1) - 1
  // While no single one is enough, the largest as a whole; then the deepest that is.
  const largest = folders
    .filter((path) => open.has(folderOf(path)) || isKept(folderOf(path)))
    .sort((a, b) => saved(b) - saved(a))
  for (const folder of largest) {
    if (total - saved(folder) <= most) break
    gathered.push(folder)
    total -= saved(folder)
  }
  const enough = folders
    .filter((path) => total - saved(path) <= most && !gathered.some((folder) => isAtOrBelow(path, folder)))
    .sort((a, b) => depthOf(b) - depthOf(a) || saved(a) - saved(b))
  const [last] = enough
  if (total > most && last === undefined) return null
  if (total > most && last !== undefined) gathered.push(last)
  const rest = closed.filter((path) => !gathered.some((folder) => isAtOrBelow(path, folder)))
  return { closed: [...rest, ...gathered], gathered }
}

/** With the folders on the way to each. */
function withWays(closed: readonly string[], tops: ReadonlySet<string>): Set<string> {
  const mounts = new Set<string>()
  for (const path of closed)
    for (let at = path; !mounts.has(at) && !tops.has(at) && at !== '/'; at = folderOf(at)) mounts.add(at)
  return mounts
}

/** How many there are in each folder, itself too. */
function countBelow(mounts: ReadonlySet<string>, tops: ReadonlySet<string>): Map<string, number> {
  const below = new Map<string, number>()
  for (const path of mounts)
    for (let at = path; !tops.has(at) && at !== '/'; at = folderOf(at))
      below.set(at, (below.get(at) ?? 0) + 1)
  return below
}

const depthOf = (path: string) => path.split('/').length
