/**
 * What all file capabilities share: one holder of handles, one guard, one way from a tool's text to something held.
 */
import fs from 'node:fs'
import os from 'node:os'
import { type Outcome, ok } from '../../../contract/outcome.ts'
import { LOST_ON_THE_WAY, NO_FOLDER } from './explain-error.ts'
import { createPathGuard, type PathGuard } from './guard-paths.ts'
import type { HeldNothing, HeldPlace, HeldThing, PathHolder } from './held.ts'
import { createDarwinHolder } from './hold-on-darwin.ts'
import { createLinuxHolder } from './hold-on-linux.ts'
import { createWindowsHolder } from './hold-on-windows.ts'
import { createFileOrigins, type FileOrigins, type FoundFolder } from './origin-of-file.ts'
import { isFolderText, type PathTextOptions, parsePathText } from './parse-path.ts'
import { createNameSpelling } from './spell-names.ts'
import { walkWay, wayTo } from './way-to.ts'

export interface FileRoom {
  home: string
  platform: NodeJS.Platform
  holder: PathHolder
  origins: FileOrigins
  guard(): PathGuard
  /** Absolute text of a path, or the refusal of its form. `cwd` only where a person types at a terminal. */
  parse(text: string, cwd?: string): Outcome<string>
  /** Held, canonical and not guarded. The caller closes it. */
  thing(text: string, cwd?: string): Outcome<HeldThing | HeldNothing>
  target(text: string, cwd?: string): Outcome<HeldPlace | HeldNothing>
  entry(text: string, cwd?: string): Outcome<HeldPlace | HeldNothing>
}

export interface FileRoomOptions {
  /** Sallyport's own folders: never open to a tool. */
  ownPaths: readonly string[]
  /** Where these are now: a folder may be moved while we run, with a link in its stead. */
  followOwn?: () => readonly string[]
  home?: string
  platform?: NodeJS.Platform
}

const HOLDERS: Partial<Record<NodeJS.Platform, typeof createLinuxHolder>> = {
  darwin: createDarwinHolder,
  win32: createWindowsHolder,
}

/** What is named is there, but the path goes through something that is not, and back by `..`. */
function isLostOnTheWay(text: string, { path, errno }: HeldNothing): boolean {
  if (!/(^|[/\\])\.\.([/\\]|$)/.test(text) || (errno !== 'ENOENT' && errno !== 'ENOTDIR')) return false
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

/** What stands there and is none is told like any other error: once the decision allowed it. */
function asFolder<T extends HeldThing | HeldNothing | HeldPlace>(found: T): T | HeldNothing {
  if ('names' in found) {
    found.isFolderText = true
    if (found.entry && !found.entry.isDirectory()) found.errno ??= NO_FOLDER
    return found
  }
  if (found.state === 'missing' || found.stat.isDirectory()) return found
  found.close()
  const { path, way } = found
  return { state: 'missing', path, errno: NO_FOLDER, ...(way ? { way } : {}), close() {} }
}

export function createFileRoom(options: FileRoomOptions): FileRoom {
  const home = options.home ?? os.homedir()
  const platform = options.platform ?? process.platform
  const spelling = createNameSpelling(() => performance.now())
  const holder = (HOLDERS[platform] ?? createLinuxHolder)(spelling)
  const here: PathTextOptions = { home, platform }
  let guard: PathGuard | null = null
  let ownNow: readonly string[] | undefined

  const parse: FileRoom['parse'] = (text, cwd) => {
    return parsePathText(text, cwd === undefined ? here : { ...here, cwd })
  }

  /** A folder as the product or a person wrote it, made canonical. Null when its form is refused. */
  function find(folder: string): FoundFolder | null {
    const text = parse(folder)
    if (text.kind !== 'ok') return null
    if (platform === 'linux') {
      const found = walkWay(text.value)
      return found && { ...found, path: spelling.canonical(found.path) }
    }
    const held = holder.holdThing(text.value)
    const way = wayTo(text.value, held, true, platform)
    held.close()
    return way?.cut ? null : { path: held.path, turns: way?.places ?? [] }
  }

  /** Made at first use: by then the product's folders exist, and links in their paths can be resolved. */
  function pathGuard(): PathGuard {
    const now = options.followOwn?.()
    if (guard && now === ownNow) return guard
    ownNow = now
    const own = options.ownPaths.flatMap((path) => [path, find(path)?.path ?? path])
    guard = createPathGuard([...own, ...(now ?? [])], platform)
    return guard
  }

  function held<T extends HeldThing | HeldNothing | HeldPlace>(
    hold: (text: string) => T,
    text: string,
    cwd: string | undefined,
    followLast = true,
  ): Outcome<T | HeldNothing> {
    const parsed = parse(text, cwd)
    if (parsed.kind !== 'ok') return parsed
    const early = pathGuard().refuse(parsed.value)
    if (early) return early
    const found = hold(parsed.value)
    const refusal = found.path === parsed.value ? null : pathGuard().refuse(found.path)
    const way = wayTo(parsed.value, found, followLast, platform)
    if (way) found.way = way
    if ('state' in found && found.state === 'missing' && isLostOnTheWay(parsed.value, found))
      found.errno = LOST_ON_THE_WAY
    if (!refusal) return ok(isFolderText(text, platform) ? asFolder(found) : found)
    found.close()
    return refusal
  }

  return {
    home,
    platform,
    holder,
    origins: createFileOrigins(find),
    guard: pathGuard,
    parse,
    thing: (text, cwd) => held(holder.holdThing, text, cwd),
    target: (text, cwd) => held(holder.holdTarget, text, cwd),
    entry: (text, cwd) => held(holder.holdEntry, text, cwd, false),
  }
}
