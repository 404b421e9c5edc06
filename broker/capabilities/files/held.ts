/**
 * What a path led to, held by a handle. Decisions are made on `path`, the canonical name of the held thing; effects
 * go through `at`, which leads to that very thing whatever happens to names meanwhile.
 */
import type { Stats } from 'node:fs'
import type { PathResource } from '../../../contract/resource.ts'
import { isPartOfRepository } from './part-of-repository.ts'

/** As in `PathResource`. */
export type Way = NonNullable<PathResource['way']>

/** What is decided on. */
export function resourceOf({ path, way }: { path: string; way?: Way }): PathResource {
  return { kind: 'path', path, ...(way ? { way } : {}) }
}

/** What is decided on when something is made or changed there. */
export function changedOf(place: { path: string; way?: Way }): PathResource {
  return { ...resourceOf(place), ...(isPartOfRepository(place.path) ? { forGit: true } : {}) }
}

/** What is decided on when an entry is taken from its place. */
export function takenOf(place: HeldPlace | HeldNothing): PathResource {
  const isFolder = 'entry' in place && place.entry?.isDirectory()
  return { ...changedOf(place), ...(isFolder ? { taken: true } : {}) }
}

/** A file, folder or other thing that exists. */
export interface HeldThing {
  state: 'there'
  way?: Way
  /** Canonical: absolute, no symlink in it, no `.` or `..`. */
  path: string
  stat: Stats
  /** A path for system calls that leads to the held thing itself. */
  at: string
  close(): void
}

/**
 * Nothing that could be held. `path` is the canonical form of the deepest folder that could, with the rest of the
 * names: the decision is made on it just as if something were there, so that it reveals nothing of what exists.
 */
export interface HeldNothing {
  state: 'missing'
  way?: Way
  path: string
  /** Why, as the system said: only told once the decision allowed it. */
  errno: string
  close(): void
}

/** A place in a folder: where an entry is, or would be. */
export interface HeldPlace {
  way?: Way
  /** Canonical path of the entry. */
  path: string
  /** The deepest folder that exists, held. Its own canonical path is `folder.path`. */
  folder: HeldThing
  /** Names below `folder` that don't exist yet, the entry's own last. One name: the folder of the entry exists. */
  names: [string, ...string[]]
  /** The entry as it stands there now, links not followed; null when there is none. */
  entry: Stats | null
  /** The path is written as a folder's: no file may come there. */
  isFolderText?: boolean
  /** Set when the system kept us from looking further; told once the decision allowed it. */
  errno: string | null
  close(): void
}

/** The three questions that capabilities have about a path. Paths are texts from `parsePathText`. */
export interface PathHolder {
  /** What the path leads to, links followed. */
  holdThing(text: string): HeldThing | HeldNothing
  /** Where a write to the path would go, links followed, the last one too. */
  holdTarget(text: string): HeldPlace | HeldNothing
  /** The entry itself: its folder's links are followed, its own is not. */
  holdEntry(text: string): HeldPlace | HeldNothing
  /** An entry of a held folder as listed, its own link not followed. Null when it is a link, or gone. */
  holdChild(folder: HeldThing, name: string): HeldThing | null
  /** Whether the held folder still has the path that was decided on. */
  stillThere(held: HeldThing): boolean
  /** Opens the held plain file for reading, without blocking. Throws system errors. */
  openForReading(held: HeldThing): number
}
