/**
 * Inside of the folders that a command may reach, whatever a stricter rule covers is closed to it: what it may not read
 * is hidden, what it may not change is read-only. For that the folders are looked through before it runs; what could not
 * be looked through is hidden with them, because nobody knows what is in it.
 */
import fs from 'node:fs'
import type { PerformContext } from '../../ports.ts'
import type { FileRoom } from '../files/file-room.ts'
import { folderOf, isAtOrBelow } from '../files/name-paths.ts'
import { RUN_BY_GIT } from '../files/part-of-repository.ts'
import { gatherClosings } from './gather-closings.ts'
import { hasShapeOfRepository, namesIn } from './judge-repository.ts'
import {
  LOOK_LIMITS,
  type Looked,
  type LookLimits,
  type LookOn,
  lookBelow,
  type Seen,
  type Top,
} from './look-below.ts'
import { type ProgramReach, settle } from './program-reach.ts'

/** A folder that is closed as a whole, though no rule says so of all that is in it. */
export interface ShutFolder {
  path: string
  why: 'too much' | 'not let in' | 'too many closed'
}
export interface ClosedReach extends ProgramReach {
  shut: ShutFolder[]
}
/** How it was, for the look when all has ended (`look-again.ts`). */
export interface Before {
  /** Each folder that it can change, and what tells whether anything in it came or went. */
  folders: Map<string, Looked & { state: string }>
  /** What git took for a repository's own folder. */
  repositories: Set<string>
  /** What it may not change, as it was: by `printOf`. */
  fixed: Map<string, string>
}
export interface CloseOptions {
  files: FileRoom
  context: PerformContext
  /** Whether a person answers for this very command. */
  asked: boolean
  /** Where it runs. */
  cwd: string
  limits?: LookLimits
}

/** In a repository, whether they are there or not: what git runs, and what says what it runs. */
const KEPT_IN_GIT = ['hooks', 'config', 'config.worktree', 'info/attributes', 'modules']
/** No rule can be about this name, so it stands for all that none is about. */
const ANY_NAME = '\0'

/** What rules do to single files and folders. */
export function rulesOf({
  files,
  context,
  asked,
}: Pick<CloseOptions, 'files' | 'asked'> & {
  context: Pick<PerformContext, 'wouldDecide' | 'ruleSubjects'>
}) {
  const closes = (capability: 'fs.read' | 'fs.write', path: string, more: { forGit?: true } = {}) => {
    const effect = context.wouldDecide({ capability, resource: { kind: 'path', path, ...more } })
    return effect === 'deny' || (effect === 'ask' && !asked)
  }
  const guard = files.guard()
  const subjects = context.ruleSubjects()
  let last = { folder: '', holds: false }
  /** A place that something is about, in this folder or deeper. Things of one folder come in a row. */
  const holdsPlaces = (folder: string) => {
    if (folder !== last.folder)
      last = { folder, holds: subjects.isAboutPlace(folder) || guard.refuseWhole(folder) !== null }
    return last.holds
  }
  return {
    isHidden: (path: string, isFolder: boolean) =>
      guard.refuse(path) !== null ||
      closes('fs.read', path) ||
      (isFolder && closes('fs.read', `${path}/${ANY_NAME}`)),
    isFixed: (path: string) => closes('fs.write', path),
    /** In a repository that no name tells. */
    isFixedForGit: (path: string) => closes('fs.write', path, { forGit: true }),
    /** Nothing may come into it. */
    isKept: (folder: string) => closes('fs.write', `${folder}/${ANY_NAME}`),
    /** Of all others it is known what they are from their folder. */
    isSingle: ({ folder, path, name }: Seen) =>
      subjects.isAboutName(name) ||
      (holdsPlaces(folder) && (subjects.isAboutPlace(path) || guard.refuseWhole(path) !== null)),
  }
}
export type Rules = ReturnType<typeof rulesOf>

/** Places that rules name, that are not there and must not be made. */
function unmade(open: ProgramReach, { context }: CloseOptions, { isFixed }: Rules): string[] {
  const tops = [...open.readable, ...open.writable, ...open.hidden]
  const isChangeable = (path: string) => {
    const [nearest] = tops.filter((top) => isAtOrBelow(path, top)).sort((a, b) => b.length - a.length)
    return nearest !== undefined && nearest !== path && open.writable.includes(nearest)
  }
  return [...context.ruleSubjects().places()].filter(
    (path) => isChangeable(path) && isMissing(path) && isFixed(path),
  )
}

/** In a folder that is no link: a link leads to where the place is not. */
function isMissing(path: string): boolean {
  for (let at = path; ; at = folderOf(at)) {
    try {
      const stat = fs.lstatSync(at, { throwIfNoEntry: false })
      if (stat) return at !== path && stat.isDirectory() && fs.realpathSync(at) === at
    } catch {
      return false // nobody is let in, and so it is closed as a whole
    }
    if (at === '/') return false
  }
}

export async function closeBelow(
  reach: ProgramReach,
  options: CloseOptions,
): Promise<ClosedReach & { before: Before }> {
  const { context, cwd, limits = LOOK_LIMITS } = options
  const rules = rulesOf(options)
  const open = closeTops(keepHome(reach, options.files.home, rules), rules)
  const closings = createClosings(open, rules)
  const before: Before = { folders: new Map(), repositories: new Set(), fixed: new Map() }
  const unseen = await lookBelow(topsOf(open, cwd), {
    ...{ ...limits, signal: context.signal },
    see(entry) {
      if (entry.name === 'HEAD' && hasShapeOfRepository(entry.folder)) {
        before.repositories.add(entry.folder)
        closings.seeRepository(entry)
      }
      return closings.see(entry)
    },
    into({ path, nearest, writable, bytes }, stat) {
      if (writable) before.folders.set(bytes, { path, nearest, writable, bytes, state: stateOf(stat) })
    },
  })
  for (const { path } of unseen) closings.hidden.add(path)
  const done = [...closings.hidden, ...closings.readOnly]
  for (const path of unmade(open, options, rules))
    if (!done.some((folder) => isAtOrBelow(path, folder))) closings.readOnly.add(path)
  const closed = fewEnough(open, closings, unseen, cwd)
  for (const path of closed.readOnly)
    if (closed.writable.some((top) => path !== top && isAtOrBelow(path, top)))
      before.fixed.set(path, printOf(path))
  return { ...closed, before }
}

/** Of a file, its content's; of a folder, which one it is. Nothing, and what the sandbox itself puts there, are one. */
export function printOf(path: string): string {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false })
  if (!stat || isHollow(path)) return ''
  return stat.isDirectory() ? `${stat.ino}` : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
}

/** Sandboxes make no more than a few in one place. A program can make a million, and all wait for this look. */
const HOLLOW_ENTRIES = 64

/** Nothing but empty files and folders: what sandboxes make to mount over, and take away again. */
export function isHollow(path: string, left = { entries: HOLLOW_ENTRIES }): boolean {
  try {
    const stat = fs.lstatSync(path)
    if (--left.entries < 0) return false
    if (!stat.isDirectory()) return stat.isFile() && stat.size === 0
    return namesIn(path, left.entries)?.every((name) => isHollow(`${path}/${name}`, left)) ?? false
  } catch {
    return false
  }
}

/** Changes whenever anything in a folder comes, goes or is renamed; no program can set it back. */
export function stateOf({ dev, ino, ctimeMs }: fs.Stats): string {
  return `${dev} ${ino} ${ctimeMs}`
}

/**
 * In the person's home a name alone is enough to be run at the next login. So nothing is made in it directly; the folders
 * in it are as open as it is.
 */
function keepHome(open: ProgramReach, home: string, { isFixed }: Rules): ProgramReach {
  if (!open.writable.includes(home)) return open
  const known = new Set([...open.readable, ...open.writable, ...open.hidden])
  const folders = fs
    .readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${home}/${name}`)
    .filter((path) => !isFixed(path) && !known.has(path))
  return {
    ...open,
    readable: [...open.readable, home],
    writable: [...open.writable.filter((path) => path !== home), ...folders],
  }
}

/** A folder as a whole is closed by a rule, or because the tool's manifest does not name what a program would take. */
function closeTops(open: ProgramReach, { isHidden, isKept }: Rules): ProgramReach {
  const isClosed = (path: string) => isHidden(path, true)
  const seen = (paths: readonly string[]) => paths.filter((path) => !isClosed(path))
  const kept = seen(open.writable).filter(isKept)
  return {
    readable: [...seen(open.readable), ...kept],
    writable: seen(open.writable).filter((path) => !kept.includes(path)),
    hidden: [...open.hidden, ...[...open.readable, ...open.writable].filter(isClosed)],
    readOnly: [...open.readOnly, ...kept],
  }
}

/** The one that it runs in first: it is the one that must not be left out. */
function topsOf(open: ProgramReach, cwd: string): Top[] {
  const tops = [
    ...open.writable.map((path) => ({ path, writable: true })),
    ...open.readable.map((path) => ({ path, writable: false })),
  ]
  return tops.sort((a, b) => Number(isAtOrBelow(cwd, b.path)) - Number(isAtOrBelow(cwd, a.path)))
}

interface Closings {
  hidden: Set<string>
  readOnly: Set<string>
  /** Repositories' own folders, in which git has to write. */
  repositories: Set<string>
  see(entry: Seen): LookOn
  /** Called for the `HEAD` of a repository's folder. */
  seeRepository(entry: Seen): void
}

function createClosings(open: ProgramReach, rules: Rules): Closings {
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
    if (!writable || path !== nearest || /[\\/]\.git([\\/]|$)/.test(folder)) return
    const kept = RUN_BY_GIT.map((name) => `${folder}/${name}`).filter(
      (place) => (place.endsWith('/hooks') || isPresent(place)) && rules.isFixedForGit(place),
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

/** No more than the sandbox takes. */
function fewEnough(
  open: ProgramReach,
  { hidden, readOnly, repositories }: Closings,
  unseen: readonly ShutFolder[],
  cwd: string,
): ClosedReach {
  const tops = [...open.readable, ...open.writable]
  const few = gatherClosings([...new Set([...hidden, ...readOnly, ...repositories])], tops, cwd)
  const { closed, gathered } = few ?? { closed: tops, gathered: tops }
  for (const folder of gathered)
    if (!few || [...hidden].some((path) => isAtOrBelow(path, folder))) hidden.add(folder)
  const isHidden = (path: string) => hidden.has(path)
  const isRepository = (path: string) => repositories.has(path)
  const fixed = closed.filter((path) => !isHidden(path) && !isRepository(path))
  const left = new Set(closed)
  const shut = [
    ...unseen.filter(({ path }) => left.has(path)),
    ...gathered.map((path) => ({ path, why: 'too many closed' as const })),
  ]
  return {
    ...settle({
      readable: open.readable.filter((path) => !isHidden(path)),
      writable: [
        ...open.writable.filter((path) => !isHidden(path)),
        ...closed.filter((path) => isRepository(path) && !isHidden(path)),
      ],
      hidden: [...new Set([...open.hidden, ...closed.filter(isHidden)])],
      readOnly: [...new Set([...open.readOnly, ...fixed])],
    }),
    shut: [...new Map(shut.map((each) => [each.path, each])).values()],
  }
}
