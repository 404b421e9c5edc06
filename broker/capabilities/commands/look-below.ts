/**
 * Everything below the folders that a program is to have, level by level, so that what lies near the top is known
 * first. There is no depth that it stops at. What it could not look into, because there was too much or because it was
 * not let in, it says: nobody knows what is in there.
 */
import fs from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'

export interface LookLimits {
  /** In all that is below one of the folders. */
  entries: number
  /** For all of them together. */
  ms: number
}
/**
 * Few repositories have more, with all that their package managers put there; so many are looked at in about a second.
 * The time is for slow disks and busy computers: what is waited for longer is no use.
 */
export const LOOK_LIMITS: LookLimits = { entries: 200_000, ms: 8_000 }

export interface Seen {
  folder: string
  path: string
  name: string
  /** The path byte for byte, each as one character: a name on a disk need not be text. */
  bytes: string
  isFolder: boolean
  /** Itself; or the nearest folder around it that can be named, where its own name is no text. */
  nearest: string
  /** Whether a program may change what is in its folder, as far as was seen on the way to it. */
  writable: boolean
}
/** What there still is to look for in a folder. */
export type LookOn = 'reading and changing' | 'reading' | 'nothing'

export interface LookOptions extends LookLimits {
  signal: AbortSignal
  see(entry: Seen): LookOn
  /** Each folder as it is looked into. */
  into?(folder: Looked, stat: fs.Stats): void
}
export interface Top {
  path: string
  writable: boolean
}
export type Looked = Pick<Seen, 'path' | 'nearest' | 'writable' | 'bytes'>

/** A folder to be looked into. */
interface Open extends Looked {
  /** In the hands of tools, and so for the end. */
  late: boolean
}

/** Folders are read off the main thread, so many at once. */
const AT_ONCE = 16
/** How long the broker does nothing else. */
const TURN_MS = 10
/** From this size of a folder itself its names are taken in parts: tens of thousands at once would hold up everybody. */
const LARGE_FOLDER = 512 * 1024
const NAMES_A_PART = 1_024
/** Bytes. The kernel takes 4,096, and the sandbox puts something in front. */
const LONGEST_PATH = 3_500
/** The largest of all, and not the person's own: it should not be those that are left out. */
const FILLED_BY_TOOLS = new Set(
  'node_modules .git .venv venv .tox target .gradle .pnpm-store .yarn .cache Pods vendor dist build __pycache__'.split(
    ' ',
  ),
)

export interface Unseen {
  path: string
  why: 'too much' | 'not let in'
}

/** @returns the folders that were not looked into, or not to their end */
export async function lookBelow(tops: readonly Top[], options: LookOptions): Promise<Unseen[]> {
  const until = performance.now() + options.ms
  const unseen: Unseen[] = []
  for (const top of tops)
    unseen.push(...(await lookIn([{ ...top, nearest: top.path, bytes: toBytes(top.path) }], until, options)))
  return unseen
}

/** The same in folders that are known, as if they were one. */
export function lookInto(folders: readonly Looked[], options: LookOptions): Promise<Unseen[]> {
  return lookIn(folders, performance.now() + options.ms, options)
}

async function lookIn(tops: readonly Looked[], until: number, options: LookOptions): Promise<Unseen[]> {
  const unseen: Unseen[] = []
  const near: Open[] = tops.map((top) => ({ ...top, late: false }))
  const late: Open[] = []
  let entries = 0
  let turn = 0
  const isOver = () => entries > options.entries || performance.now() > until || options.signal.aborted

  async function lookAt(open: Open): Promise<void> {
    if (open.bytes.length > LONGEST_PATH) return leave(open, 'too much')
    try {
      const stat = statOf(open.bytes)
      options.into?.(open, stat)
      for await (const part of partsOf(open.bytes, stat)) {
        for (const entry of part) note(open, entry)
        entries += part.length
        if (performance.now() - turn > TURN_MS) {
          await nextTurn()
          turn = performance.now()
        }
        if (isOver() && part.length === NAMES_A_PART) return leave(open, 'too much')
      }
    } catch {
      // Gone, or another thing by now: then nobody was kept out.
      if (isFolder(open.bytes)) leave(open, 'not let in')
    }
  }
  const leave = ({ nearest }: Open, why: Unseen['why']) => void unseen.push({ path: nearest, why })

  function note(open: Open, entry: fs.Dirent): void {
    const bytes = `${open.bytes === '/' ? '' : open.bytes}/${entry.name}`
    const name = toText(entry.name)
    const path = `${open.path === '/' ? '' : open.path}/${name}`
    const isNamed = open.nearest === open.path && toBytes(name) === entry.name
    const nearest = isNamed ? path : open.nearest
    const isFolder = entry.isDirectory()
    const { path: folder, writable: isOpen } = open
    const on = options.see({ folder, path, name, bytes, isFolder, nearest, writable: isOpen })
    if (!isFolder || on === 'nothing') return
    const isLate = open.late || FILLED_BY_TOOLS.has(name)
    const writable = open.writable && on === 'reading and changing'
    ;(isLate ? late : near).push({ path, nearest, writable, bytes, late: isLate })
  }

  while (near.length + late.length > 0 && !isOver()) {
    const batch = (near.length > 0 ? near : late).splice(0, AT_ONCE)
    turn = performance.now()
    await Promise.all(batch.map(lookAt))
  }
  for (const open of [...near, ...late]) leave(open, 'too much')
  return unseen
}

/** Throws when there is nothing. */
export function statOf(bytes: string): fs.Stats {
  return fs.lstatSync(Buffer.from(bytes, 'latin1'))
}

async function* partsOf(bytes: string, { size }: fs.Stats): AsyncGenerator<fs.Dirent[]> {
  const folder = Buffer.from(bytes, 'latin1')
  if (size < LARGE_FOLDER) {
    yield await fs.promises.readdir(folder, { withFileTypes: true, encoding: 'latin1' })
    return
  }
  let part: fs.Dirent[] = []
  const all = await fs.promises.opendir(folder, { encoding: 'latin1', bufferSize: NAMES_A_PART })
  for await (const entry of all) {
    if (part.push(entry) < NAMES_A_PART) continue
    yield part
    part = []
  }
  yield part
}

function isFolder(bytes: string): boolean {
  try {
    return statOf(bytes).isDirectory()
  } catch (error) {
    return !/^(ENOENT|ENOTDIR)$/.test(String((error as { code?: unknown }).code))
  }
}

const isPlain = (text: string) => !/[^\0-\x7f]/.test(text)
const toText = (bytes: string) => (isPlain(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8'))
export const toBytes = (text: string) => (isPlain(text) ? text : Buffer.from(text, 'utf8').toString('latin1'))
