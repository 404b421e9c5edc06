/**
 * Places whose links are followed as they are now, not as they were when the broker started: a folder of keys may be
 * moved elsewhere, with a link left in its stead. All of them would be too many to look up at each decision. A link
 * that comes, goes or is another one changes the folder that it lies in, so a look at those folders tells which places
 * to look up anew, and even that is done a few times a second at most.
 */
import { lstatSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const LOOK_MS = 250
/** A folder that changed so lately may change again without its times telling. */
const FRESH_MS = 100

interface Folder {
  names: string[]
  /** What was there at the last look. */
  seen: string | null
}

/**
 * @param resolve what one path leads to
 * @returns the places that `paths` lead to, in order; another array when any of them is another one
 */
export function followPlaces(
  paths: readonly string[],
  resolve: (path: string) => string,
  now: () => number = () => performance.now(),
): () => readonly string[] {
  const folders = new Map<string, Folder>()
  for (const path of paths) {
    const folder = folders.get(dirname(path)) ?? { names: [], seen: null }
    folder.names.push(basename(path))
    folders.set(dirname(path), folder)
  }
  const found = new Map<string, string>()
  /** What is reached by a link of its own: what that leads through may change anywhere. */
  const links = new Set<string>()
  let places: readonly string[] = []
  let lookedAt = Number.NEGATIVE_INFINITY

  function look(): void {
    for (const link of links) found.set(link, resolve(link))
    for (const [path, folder] of folders) {
      const seen = marksOf(path)
      if (seen !== null && seen === folder.seen) continue
      folder.seen = seen
      const leadsTo = resolve(path)
      for (const name of folder.names) {
        const place = join(path, name)
        if (isLink(place)) links.add(place)
        else links.delete(place)
        found.set(place, links.has(place) ? resolve(place) : join(leadsTo, name))
      }
    }
    const next = paths.map((path) => found.get(path) ?? path)
    if (next.length !== places.length || next.some((place, at) => place !== places[at])) places = next
  }

  return () => {
    if (now() - lookedAt >= LOOK_MS) {
      look()
      lookedAt = now()
    }
    return places
  }
}

/** Which folder a path leads to, and when anything in it came or went; null while that can’t be told. */
function marksOf(folder: string): string | null {
  try {
    const stat = statSync(folder, { bigint: true, throwIfNoEntry: false })
    if (!stat) return 'none'
    if (Math.abs(Date.now() - Number(stat.ctimeMs)) < FRESH_MS) return null
    return `${stat.dev}:${stat.ino}:${stat.mtimeNs}:${stat.ctimeNs}`
  } catch {
    return 'shut'
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  } catch {
    return true // it can't be told: looked up each time
  }
}
