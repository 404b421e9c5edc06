/**
 * Whether what was mounted is what was meant. bubblewrap takes its places by name, and in a folder that programs may
 * change, another program may put a link where a folder was, in that very moment. So it is held before it runs
 * anything, and the kernel's own list of what it has mounted is compared with what lies there outside.
 */
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ExpectedMount {
  /** Where it is taken from; null for one that has no place outside, such as an empty folder in memory. */
  source: string | null
  dest: string
}
interface Mount {
  device: string
  /** The mounted folder's path in its file system. */
  root: string
  point: string
}

const LOOK_MS = 2
const LONGEST_MS = 15_000
/** It mounts one place after the other. When nothing has come for so long, nothing comes any more. */
const SETTLED_MS = 4_000

/**
 * Resolves when process `pid`, which waits, has exactly the mounts that are expected of it, or when it has ended.
 * @param expected those in folders that programs may change
 * @throws when it has others, or never gets there
 */
export async function checkMounts(
  pid: number,
  expected: readonly ExpectedMount[],
): Promise<'as expected' | 'ended'> {
  if (expected.length === 0) return 'as expected'
  const outside = readMounts(fs.readFileSync('/proc/self/mountinfo', 'utf8'))
  let fault = ''
  let last = { listed: '', at: 0 }
  for (const until = performance.now() + LONGEST_MS; performance.now() < until; await sleep(LOOK_MS)) {
    const listed = mountsOf(pid)
    if (listed === null) return 'ended'
    if (listed === last.listed && performance.now() - last.at < SETTLED_MS) continue
    if (listed === last.listed) break
    last = { listed, at: performance.now() }
    const found = mountFault(outside, readMounts(listed), expected)
    if (found === null) return 'as expected'
    fault = found
    // While it still builds its own root, places are missing; when they are there they don't change any more.
    if (!fault.startsWith(MISSING)) break
  }
  throw new Error(fault)
}

/** Null when it is no more; one that only waits to be collected has no mounts to tell of either. */
function mountsOf(pid: number): string | null {
  try {
    return fs.readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
  } catch (error) {
    if (['ENOENT', 'EINVAL', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}

const MISSING = 'nothing is mounted at'

/** Null when all are as expected. Both lists are the kernel's. */
export function mountFault(
  outside: readonly Mount[],
  inside: readonly Mount[],
  expected: readonly ExpectedMount[],
): string | null {
  // What is mounted later lies on top.
  const last = new Map(inside.map((mount) => [mount.point, mount]))
  const meant = new Map(expected.map((mount) => [mount.dest, mount.source]))
  for (const [dest, source] of meant) {
    const mount = last.get(dest)
    if (!mount) return `${MISSING} ${dest}`
    if (source === null) continue
    const place = placeOf(outside, source)
    if (mount.device !== place.device || mount.root !== place.root)
      return `what is mounted at ${dest} lies elsewhere: it was moved in the meantime`
  }
  return null
}

/** A path as its file system knows it. */
function placeOf(mounts: readonly Mount[], path: string): Pick<Mount, 'device' | 'root'> {
  let best: Mount | null = null
  for (const mount of mounts) {
    const covers = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`)
    if (covers && (!best || mount.point.length >= best.point.length)) best = mount
  }
  if (!best) return { device: '', root: path }
  const rest = best.point === '/' ? path : path.slice(best.point.length)
  return { device: best.device, root: `${best.root === '/' ? '' : best.root}${rest}` || '/' }
}

/** @param text of a `mountinfo`, as proc(5) describes it */
export function readMounts(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, , device = '', root = '', point = ''] = line.split(' ')
      return { device, root: unescaped(root), point: unescaped(point) }
    })
}

/** Blanks, tabs, line ends and backslashes stand there in octal, each byte by itself. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
