/**
 * When a program has ended: what there is now under names that rules keep it from making, and was not there before. Such
 * a name can't be closed beforehand: it may appear anywhere, and where nothing is, a mount would be in the way (git
 * takes even an empty `commondir` for a word about where its settings are).
 *
 * Only folders in which something came or went are read again, and new ones; of the others one look at themselves says
 * that they are as they were. What was closed to the program is not looked at: what is new there is the person's.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { folderOf } from '../files/name-paths.ts'
import { type Before, isHollow, printOf, stateOf } from './before-program.ts'
import type { Rules } from './closing-rules.ts'
import { hasShapeOfRepository, isHead, isHonestPointer, judgeRepository } from './judge-repository.ts'
import { judgeUnfinished } from './judge-unfinished.ts'
import { letIn } from './let-in.ts'
import {
  type Looked,
  type LookLimits,
  type LookOn,
  lookInto,
  type Seen,
  statOf,
  toBytes,
  type Unseen,
} from './look-below.ts'
import type { ProgramReach } from './program-reach.ts'

/** What a program made is looked through further than what it was given: it may have unpacked a great deal. */
export const AGAIN_LIMITS: LookLimits = { entries: 1_000_000, ms: 30_000 }
const TURN_MS = 10
const LOOKS_A_TURN = 256
/** How deep in each other folders that let nobody in are looked into. */
const SHUT_IN_SHUT = 16

export interface Appeared {
  /** What is for git first. */
  paths: string[]
  /** Nothing that it may change, and changed all the same: by the person, say. */
  changed: string[]
  /** Folders that were not looked through, or not to their end. */
  unseen: Unseen[]
}

/** @param taken what was set aside meanwhile, after other programs: there nothing is closed any more */
export async function lookAgain(
  before: Before,
  reach: ProgramReach,
  rules: Pick<Rules, 'isSingle' | 'isFixed' | 'isKept'>,
  taken: ReadonlySet<string> = new Set(),
  limits: LookLimits = AGAIN_LIMITS,
): Promise<Appeared> {
  const until = performance.now() + limits.ms
  const closed = new Set(
    [...reach.hidden, ...reach.readOnly, ...reach.readable].filter((path) => !taken.has(path)),
  )
  const open = new Set(reach.writable)
  const isClosed = (path: string) => nearestOf(path, closed) > nearestOf(path, open)
  const found = new Set<string>()
  const repositories = new Set<string>()
  /** Folders in which something has a name that is no text, and can't be judged or moved by it. */
  const unnamed = new Set<string>()

  function see(entry: Seen): LookOn {
    const { path, folder, name, isFolder, nearest } = entry
    if (closed.has(path) || (isFolder && before.folders.has(entry.bytes))) return 'nothing'
    const isNamed = nearest === path
    const add = () => void (isNamed ? found.add(path) : unnamed.add(nearest))
    if (isHead(name) || (name === 'commondir' && !isFolder))
      isNamed ? repositories.add(folder) : unnamed.add(nearest)
    if (!rules.isSingle(entry)) return 'reading and changing'
    if (!rules.isFixed(path) && !(isFolder && rules.isKept(path))) return 'reading and changing'
    if (name === '.git') {
      if (!isFolder) isHonestPointer(path) || add()
      else isNamed ? repositories.add(path) : unnamed.add(nearest)
    } else if (name !== 'commondir' && !/\/\.git\//.test(path) && !isHollow(path)) {
      add()
      return 'nothing'
    }
    return 'reading and changing'
  }

  const changed = await changedSince(before, isClosed)
  const { unseen, shutAgain } = await lookThrough(changed, { entries: limits.entries, until }, see)
  for (const path of unnamed) unseen.push({ path, why: 'not let in' })

  const forGit = new Set<string>()
  const pause = createPause()
  const takenWithin = foldersOf(taken)
  for (const folder of new Set([...repositories, ...before.repositories.keys()])) {
    await pause()
    if (performance.now() > until) {
      unseen.push({ path: folder, why: 'too much' })
      continue
    }
    const unfinished = before.repositories.get(folder)
    const isKnown = unfinished !== undefined
    // Its file need not be made anew to be another list.
    if (!isKnown || !isClosed(folder))
      for (const path of judgeUnfinished(folder, unfinished)) forGit.add(path)
    if (!repositories.has(folder)) continue
    if (!folder.endsWith('/.git') && !hasShapeOfRepository(folder)) continue
    const isNew = !isKnown || takenWithin.has(folder)
    for (const path of judgeRepository({ folder, isNew })) if (!isKnown || !isClosed(path)) forGit.add(path)
  }
  shutAgain()
  return { paths: [...new Set([...forGit, ...found])], changed: notAsBefore(before, taken), unseen }
}

async function lookThrough(
  folders: readonly Looked[],
  { entries, until }: { entries: number; until: number },
  see: (entry: Seen) => LookOn,
): Promise<{ unseen: Unseen[]; shutAgain(): void }> {
  const unseen: Unseen[] = []
  const opened: (() => void)[] = []
  const { signal } = new AbortController()
  let next = folders
  for (let round = 0; next.length > 0; round++) {
    const ms = until - performance.now()
    const left = await lookInto(next, { entries, ms, signal, see })
    const inside: Looked[] = []
    for (const { path, why } of left) {
      const shut = why === 'not let in' && round < SHUT_IN_SHUT ? letIn(path) : null
      if (!shut) {
        unseen.push({ path, why })
        continue
      }
      opened.push(shut)
      inside.push({ path, nearest: path, writable: true, bytes: toBytes(path) })
    }
    next = inside
  }
  return {
    unseen,
    shutAgain() {
      for (const shut of opened.toReversed()) shut()
    },
  }
}

/** Everybody else gets a turn. */
function createPause(): () => Promise<void> {
  let turn = performance.now()
  return async () => {
    if (performance.now() - turn < TURN_MS) return
    await nextTurn()
    turn = performance.now()
  }
}

/** How long the name of the nearest of the folders is that it is in; -1 for none. */
function nearestOf(path: string, folders: ReadonlySet<string>): number {
  for (let at = path; ; at = folderOf(at)) {
    if (folders.has(at)) return at.length
    if (at === folderOf(at)) return -1
  }
}

/** All that one of the paths is in, and they themselves. */
function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>()
  for (const path of paths) for (let at = path; !folders.has(at); at = folderOf(at)) folders.add(at)
  return folders
}

async function changedSince({ folders }: Before, isClosed: (path: string) => boolean): Promise<Looked[]> {
  const changed: Looked[] = []
  const pause = createPause()
  let looks = 0
  for (const known of folders.values()) {
    if (++looks % LOOKS_A_TURN === 0) await pause()
    try {
      const stat = statOf(known.bytes)
      if (stat.isDirectory() && stateOf(stat) !== known.state && !isClosed(known.path)) changed.push(known)
    } catch {
      // It is not there any more.
    }
  }
  return changed
}

function notAsBefore({ fixed }: Before, taken: ReadonlySet<string>): string[] {
  return [...fixed].flatMap(([path, print]) => {
    const now = printOf(path)
    return now === '' || now === print || taken.has(path) ? [] : [path]
  })
}
