/**
 * Inside of the folders that a command may reach, whatever a stricter rule covers is closed to it: what it may not read
 * is hidden, what it may not change is read-only. For that the folders are looked through before it runs; what could not
 * be looked through is hidden with them, because nobody knows what is in it.
 */
import fs from 'node:fs'
import type { PerformContext } from '../../ports.ts'
import type { FileRoom } from '../files/file-room.ts'
import { folderOf, isAtOrBelow } from '../files/name-paths.ts'
import { type Before, printOf, stateOf } from './before-program.ts'
import { type Rules, rulesOf } from './closing-rules.ts'
import { type Closings, createClosings } from './collect-closings.ts'
import { gatherClosings } from './gather-closings.ts'
import { hasShapeOfRepository, isHead } from './judge-repository.ts'
import { readUnfinished } from './judge-unfinished.ts'
import { LOOK_LIMITS, type LookLimits, lookBelow, type Top } from './look-below.ts'
import { type ProgramReach, settle } from './program-reach.ts'

/** A folder that is closed as a whole, though no rule says so of all that is in it. */
export interface ShutFolder {
  path: string
  why: 'too much' | 'not let in' | 'too many closed'
}
export interface ClosedReach extends ProgramReach {
  shut: ShutFolder[]
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
  const before: Before = { folders: new Map(), repositories: new Map(), fixed: new Map() }
  const unseen = await lookBelow(topsOf(open, cwd), {
    ...{ ...limits, signal: context.signal },
    see(entry) {
      if (isHead(entry.name) && hasShapeOfRepository(entry.folder)) {
        before.repositories.set(entry.folder, readUnfinished(entry.folder))
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
