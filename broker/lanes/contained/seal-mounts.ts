/**
 * Goes once over what the sandbox runtime would have bubblewrap do, before it is started:
 *
 * - An empty folder in memory stands wherever a program may not look. As it comes, a program can write there and is told
 *   that all went well, and what it wrote goes with it; and memory that it fills so is counted by nobody. Here such a
 *   place is read-only. For `/tmp` and `/dev/shm`, without which programs don't work, a folder on the disk stands
 *   instead, of which can be said what was left in it.
 * - A folder that is open for changes, inside of one that is open for reading, is closed by the runtime. Here it is open.
 * - Where a file may not be made, it mounts a device. A version control that adds all that is new stumbles over devices,
 *   but takes no notice of empty folders: one of those is mounted there, and in its own folder an empty file, which it
 *   reads.
 * - What it mounts over files that are not there leaves empty files behind; these are named, to be taken away after.
 *   Other programs in the same folder do the same at the same time: what lies there counts as it is now.
 * - The words go through a pipe: nothing of them, and nothing of the program's environment, is bubblewrap's own.
 */
import fs from 'node:fs'
import type { ExpectedMount } from './check-mounts.ts'

export interface SealedArguments {
  /** `bwrap`, or where it is. */
  command: string
  /** For the command line: what runs inside. */
  program: string[]
  /** Everything else, to be read by `--args`. */
  options: string[]
  /** Where files are mounted over that need not be there, inside what the program may change. */
  mountPoints: string[]
  /** Where anything is mounted. */
  mounts: string[]
  /** Of these, what lies in folders that programs may change. */
  inWritable: ExpectedMount[]
  /** The private folder stands at /tmp. */
  hasTmp: boolean
}
export interface SealOptions {
  /** Private folders on the disk. */
  tmp: string
  shm: string
  /** Where the sandbox keeps what it mounts over empty places. */
  own: string
  /** In there, and empty. */
  nothing: { folder: string; file: string }
  readable: readonly string[]
  writable: readonly string[]
  env: Readonly<Record<string, string>>
}
/** An option with its operands. */
type Option = [name: string, ...operands: string[]]

/** How many operands each option has that the runtime is known to use. */
const OPERANDS: Record<string, number> = {
  '--new-session': 0,
  '--die-with-parent': 0,
  '--unshare-net': 0,
  '--unshare-pid': 0,
  '--unshare-user': 0,
  '--disable-userns': 0,
  '--cap-drop': 1,
  '--cap-add': 1,
  '--setenv': 2,
  '--unsetenv': 1,
  '--bind': 2,
  '--ro-bind': 2,
  '--tmpfs': 1,
  '--dev': 1,
  '--proc': 1,
}
const MOUNTS = ['--bind', '--ro-bind', '--tmpfs', '--dev', '--proc']

/** @param line what the runtime would have a shell run. Throws when it is anything but what is known of it. */
export function sealMounts(line: string, options: SealOptions): SealedArguments {
  const [command, ...words] = splitQuoted(line)
  const { runs, at } = unwrapFile(command ?? '', words)
  const end = at.indexOf('--')
  if (end < 0) throw new Error('The sandbox’s words have no end.')
  const found = readOptions(at.slice(0, end))
  const hasTmp = found.some(([name, dest]) => name === '--tmpfs' && dest === '/tmp')
  const meant = found.flatMap((option) => [moved(option, options), ...reopened(option, options)])
  const mounts = meant.filter((option, n) => !isNeedless(option, meant.slice(0, n), options))
  const all = [
    ...mounts,
    ...(mounts.some(([name]) => name === '--dev') ? [['--bind', options.shm, '/dev/shm'] as Option] : []),
  ]
  const environment = Object.entries(options.env).map(([name, value]): Option => ['--setenv', name, value])
  return {
    command: runs,
    program: at.slice(end + 1),
    options: [...all, ...switches(all), ...closed(all), ...environment].flat(),
    mountPoints: mountPoints(all, options),
    mounts: all.filter(isMount).map(destOf),
    inWritable: inWritable(all, options.writable),
    hasTmp,
  }
}

/** Where a profile is too long for a line, a file that this process holds open has the mounts. */
function unwrapFile(command: string, words: string[]): { runs: string; at: string[] } {
  if (isBubblewrap(command)) return { runs: command, at: words }
  const [flag, , name, profile, runs = '', ...rest] = words
  const place = rest.indexOf('--args')
  const isKnown = command === '/bin/sh' && flag === '-c' && name === 'srt-args' && isBubblewrap(runs)
  if (!isKnown || !profile || place < 0) throw new Error('The sandbox’s words are not those that are known.')
  const inFile = fs.readFileSync(profile, 'utf8').split('\0').slice(0, -1)
  return { runs, at: [...rest.slice(0, place), ...inFile, ...rest.slice(place + 2)] }
}

/** Anything else would run what it is given as it is: in no sandbox. */
const isBubblewrap = (command: string) => /^(?:\/.*\/)?bwrap$/.test(command)

function readOptions(words: string[]): Option[] {
  const found: Option[] = []
  for (let at = 0; at < words.length; ) {
    const name = words[at] as string
    const count = OPERANDS[name]
    if (count === undefined || at + count >= words.length)
      throw new Error(`The sandbox uses an option that is not known here: ${name.slice(0, 40)}`)
    found.push([name, ...words.slice(at + 1, at + 1 + count)])
    at += 1 + count
  }
  return found
}

function moved(option: Option, { tmp, nothing, writable }: SealOptions): Option {
  const [name, source, dest = ''] = option
  if (name === '--tmpfs' && source === '/tmp') return ['--bind', tmp, '/tmp']
  if (name !== '--ro-bind' || (source !== '/dev/null' && source !== dest)) return option
  if (!writable.some((folder) => isInside(dest, folder))) return option
  // What held a place for another program's sandbox may have come, or gone, since the runtime looked.
  const there = kindOf(dest)
  if (there === 'none') return ['--ro-bind', /\/\.git\//.test(dest) ? nothing.file : nothing.folder, dest]
  return there === 'folder' && source === '/dev/null' ? ['--ro-bind', nothing.folder, dest] : option
}

/**
 * In a folder that is read-only nothing can be made, and bubblewrap can't either: a place in there that is not there
 * needs nothing over it. So it is when another program's sandbox has just made the folder, to mount something in it.
 */
function isNeedless(option: Option, before: readonly Option[], { writable }: SealOptions): boolean {
  const [name] = option
  const dest = destOf(option)
  if (name !== '--ro-bind' || !writable.some((folder) => isInside(dest, folder))) return false
  if (kindOf(dest) !== 'none') return false
  // What is mounted later over a folder hides what was mounted in it: the last one counts, not the deepest.
  const around = before.findLast((each) => isMount(each) && isInside(dest, destOf(each)))
  return around?.[0] === '--ro-bind'
}

function kindOf(file: string): 'none' | 'folder' | 'other' {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false })
  return !stat ? 'none' : stat.isDirectory() ? 'folder' : 'other'
}

/** What is mounted later lies on top of these, as it would have without them. */
function reopened([name, , dest]: Option, { readable, writable }: SealOptions): Option[] {
  if (name !== '--ro-bind' || !dest || !readable.includes(dest)) return []
  if (writable.some((folder) => isInside(dest, folder))) return []
  const inside = writable.filter((folder) => isInside(folder, dest))
  return inside.map((folder): Option => ['--bind', folder, folder])
}

const isMount = ([name]: Option) => MOUNTS.includes(name)
const destOf = (option: Option) => option.at(-1) as string
const isInside = (file: string, folder: string) =>
  file !== folder && file.startsWith(folder === '/' ? folder : `${folder}/`)

/** What still stands in memory where it was mounted last. */
function closed(all: Option[]): Option[] {
  const last = new Map(all.filter(isMount).map((mount) => [destOf(mount), mount[0]]))
  return [...last]
    .filter(([, name]) => name === '--tmpfs' || name === '--dev')
    .map(([dest]): Option => ['--remount-ro', dest])
}

/** The kernel's switches are files of the administrator: one who runs Sallyport as that could change them from inside. */
function switches(all: Option[]): Option[] {
  return all.some(([name]) => name === '--proc') ? [['--ro-bind', '/proc/sys', '/proc/sys']] : []
}

function mountPoints(all: Option[], { own, writable }: SealOptions): string[] {
  const covers = all.filter(
    // What another program's sandbox has made just now is mounted over itself.
    ([name, source, dest]) =>
      name === '--ro-bind' && (source === '/dev/null' || source === dest || isInside(source as string, own)),
  )
  const inside = covers.map(destOf).filter((dest) => writable.some((folder) => isInside(dest, folder)))
  return [...new Set(inside)]
}

function inWritable(all: Option[], writable: readonly string[]): ExpectedMount[] {
  return all.filter(isMount).flatMap((option) => {
    const dest = destOf(option)
    if (!writable.some((folder) => dest === folder || isInside(dest, folder))) return []
    return [{ source: option.length === 3 ? (option[1] as string) : null, dest }]
  })
}

/** The inverse of the runtime’s quoting, and of nothing else that a shell knows. */
export function splitQuoted(line: string): string[] {
  const words: string[] = []
  const word = /(?:[A-Za-z0-9_./:=@+,-]+|'[^']*'|"'")+/y
  for (let at = 0; at < line.length; ) {
    word.lastIndex = at
    const text = word.exec(line)?.[0]
    if (text === undefined || !/^(?: |$)/.test(line.slice(at + text.length, at + text.length + 1)))
      throw new Error('The sandbox’s words can’t be read.')
    words.push(text.replace(/'([^']*)'|"(')"/g, (_, plain?: string, quote?: string) => plain ?? quote ?? ''))
    at += text.length + 1
  }
  return words
}

/**
 * What a program left in a private folder, as it named it, each as high up as it is all its own.
 * @param at where the program saw the folder
 * @param mounts of all that was mounted: a folder that only holds such a place is not its own
 */
export function leftIn(folder: string, at: string, mounts: readonly string[] = []): string[] {
  return namesIn(folder).flatMap((name) => {
    const seen = `${at}/${name}`
    if (mounts.includes(seen)) return []
    return mounts.some((dest) => isInside(dest, seen))
      ? leftIn(`${folder}/${name}`, seen, mounts)
      : [seen.slice(0, 300)]
  })
}

/** Without those in which programs keep settings and caches. */
function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder).filter((name) => !name.startsWith('.'))
  } catch {
    return []
  }
}
