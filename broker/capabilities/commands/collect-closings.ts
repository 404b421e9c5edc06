/** What is to be closed, gathered while the folders are looked through. */
import fs from 'node:fs'
import { isAtOrBelow } from '../files/name-paths.ts'
import { RUN_BY_GIT } from '../files/part-of-repository.ts'
import type { Rules } from './closing-rules.ts'
import { sharedFolder } from './judge-repository.ts'
import type { LookOn, Seen } from './look-below.ts'
import type { ProgramReach } from './program-reach.ts'

/** In a repository, whether they are there or not: what git runs, and what says what it runs. */
const KEPT_IN_GIT = ['hooks', 'config', 'config.worktree', 'info/attributes', 'modules']
export interface Closings {
  hidden: Set<string>
  readOnly: Set<string>
  /** Repositories' own folders, in which git has to write. */
  repositories: Set<string>
  see(entry: Seen): LookOn
  /** Called for the `HEAD` of a repository's folder. */
  seeRepository(entry: Seen): void
}

export function createClosings(open: ProgramReach, rules: Rules): Closings {
  const own = new Set([...open.readable, ...open.writable, ...open.hidden])
  const hidden = new Set<string>()
  const readOnly = new Set<string>()
  const repositories = new Set<string>()

  function see(entry: Seen): LookOn {
    const { path, isFolder, nearest, writable } = entry
    if (own.has(path)) return 'nothing'
    if (!rules.isSingle(entry)) return 'reading and changing'
    if (rules.isHidden(path, isFolder)) {
      hidden.add(nearest)
      return 'nothing'
    }
    if (!writable) return 'reading'
    const isFixed = rules.isFixed(path)
    if (isFixed && isFolder && path === nearest && /[\\/]\.git$/.test(path) && !rules.isKept(path)) {
      // It is opened as a place of its own, so that it can't be moved away and made anew.
      repositories.add(path)
      for (const name of KEPT_IN_GIT) if (rules.isFixed(`${path}/${name}`)) readOnly.add(`${path}/${name}`)
      return 'reading and changing'
    }
    if (!isFixed && !(isFolder && rules.isKept(path))) return 'reading and changing'
    // On the way to one of `KEPT_IN_GIT`, which is kept by itself.
    if (isFolder && /[\\/]\.git[\\/]/.test(path) && !rules.isKept(path)) return 'reading and changing'
    readOnly.add(nearest)
    return 'reading'
  }

  /** One that no name tells: what git runs in it is found by what it holds. */
  function seeRepository({ folder, path, nearest, writable }: Seen): void {
    if (!writable || path !== nearest) return
    keep(folder)
    // A working tree's settings are those of the repository that it is of, also where that is none to anybody else.
    const shared = sharedFolder(folder)
    if (shared !== null) keep(shared)
  }

  function keep(folder: string): void {
    if (/[\\/]\.git([\\/]|$)/.test(folder)) return
    if (!open.writable.some((top) => isAtOrBelow(folder, top))) return
    const kept = RUN_BY_GIT.map((name) => `${folder}/${name}`).filter(
      (place) => (/\/(hooks|config)$/.test(place) || isPresent(place)) && rules.isFixedForGit(place),
    )
    if (kept.length > 0 && !own.has(folder)) repositories.add(folder)
    for (const place of kept) readOnly.add(place)
  }
  return { hidden, readOnly, repositories, see, seeRepository }
}

function isPresent(path: string): boolean {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}
