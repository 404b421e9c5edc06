/**
 * Everything below a held folder, by handles and without following links: what is yielded can't lie elsewhere. Folders
 * come before what is in them, names in order where they are not too many. Gives the event loop a turn now and then, so
 * that a large tree holds up nobody.
 */
import fs from 'node:fs'
import { listNames } from '../../disk/list-names.ts'
import { createTurns } from '../../disk/take-turns.ts'
import type { HeldThing, PathHolder } from './held.ts'

export interface WalkedEntry {
  name: string
  /** Canonical. */
  path: string
  /** From the walked folder, with `/`. */
  relative: string
  /** 1 for entries of the folder itself. */
  depth: number
  stat: fs.Stats
  /** The held folder that the entry is in; open until the walk moves on. */
  folder: HeldThing
}

export interface WalkOptions {
  holder: PathHolder
  depth: number
  signal: AbortSignal
  /** Whether to go into a folder. Asked before it is opened. */
  mayEnter(path: string): boolean
}

export async function* walkFolder(top: HeldThing, options: WalkOptions): AsyncGenerator<WalkedEntry> {
  // By the clock: what is done with an entry may take long, too.
  const takeTurns = createTurns()
  async function* inside(folder: HeldThing, relative: string, depth: number): AsyncGenerator<WalkedEntry> {
    for await (const names of listNames(folder)) {
      for (const name of names) {
        await takeTurns()
        if (options.signal.aborted) return
        const stat = lookAt(`${folder.at}/${name}`)
        if (!stat) continue
        const path = `${folder.path === '/' ? '' : folder.path}/${name}`
        const entry = { name, path, relative: relative + name, depth, stat, folder }
        yield entry
        if (!stat.isDirectory() || depth >= options.depth || !options.mayEnter(path)) continue
        const child = options.holder.holdChild(folder, name)
        if (!child) continue
        try {
          if (child.stat.isDirectory()) yield* inside(child, `${relative}${name}/`, depth + 1)
        } finally {
          child.close()
        }
      }
    }
  }
  yield* inside(top, '', 1)
}

function lookAt(path: string): fs.Stats | null {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}
