/** Waits until something below a held folder changes, and gathers what changes in the moment after. */
import fs from 'node:fs'
import type { HeldThing } from './held.ts'
import { type WalkOptions, walkFolder } from './walk-folder.ts'

export interface WaitOptions extends Omit<WalkOptions, 'depth'> {
  timeoutMs: number
}

/** Watching costs the system memory for each folder: past these changes are not seen, and the answer says so. */
const MAX_FOLDERS = 500
const MAX_DEPTH = 8
/** One save often is several events. */
const GATHER_MS = 60
const MAX_CHANGED = 1000
/** Changes of what may not be told; past these a folder is not listened to any more. */
const MAX_UNTOLD = 20_000

/** Milliseconds between two looks at whether the folder is still there. The system tells of no folder that we hold. */
const GONE_MS = 500
/** A name in a folder that none can have: by it the folder itself is told from what is in it. */
const ITSELF = process.platform === 'linux' ? '.' : null

export interface Changed {
  /**
   * Canonical paths of what may be entered, in the order in which they changed, the folder's own where it was changed or
   * is there no more; none when the time passed or the signal came.
   */
  changed: string[]
  /** There may be more: not every folder below was watched, or more changed than is told. */
  truncated: boolean
}

/** @returns null when the folder can't be watched */
export async function waitForChange(top: HeldThing, options: WaitOptions): Promise<Changed | null> {
  const changed = new Set<string>()
  let truncated = false
  const watchers: fs.FSWatcher[] = []
  let awake = false
  let wake = () => {}
  const woken = new Promise<void>((resolve) => {
    wake = () => {
      awake = true
      resolve()
    }
  })
  let first = Number.POSITIVE_INFINITY
  /** Of a flood every event comes before any timer: so the end of the waiting is looked for here, too. */
  const end = () => {
    for (const watcher of watchers.splice(0)) watcher.close()
    wake()
  }
  const watch = (at: string, path: string): boolean => {
    let untold = 0
    try {
      const watched = ITSELF === null ? at : `${at}/${ITSELF}`
      const watcher = fs.watch(watched, { persistent: false }, (_event, name) => {
        const file = name === null || name === ITSELF ? path : `${path === '/' ? '' : path}/${name}`
        if (!changed.has(file)) {
          if (file !== top.path && !options.mayEnter(file)) {
            if (++untold > MAX_UNTOLD) watcher.close()
            return
          }
          changed.add(file)
        }
        first = Math.min(first, performance.now())
        if (changed.size >= MAX_CHANGED || performance.now() - first > GATHER_MS) end()
        else wake()
      })
      watcher.on('error', () => {})
      watchers.push(watcher)
      return true
    } catch {
      // No watches left, or the folder is gone: what can be watched is.
      return false
    }
  }
  const lookForIt = () => {
    if (changed.has(top.path) || options.holder.stillThere(top)) return
    changed.add(top.path)
    wake()
  }
  const looking = setInterval(lookForIt, GONE_MS)
  const timer = setTimeout(wake, options.timeoutMs)
  options.signal.addEventListener('abort', wake, { once: true })
  try {
    if (!watch(top.at, top.path)) {
      if (options.holder.stillThere(top)) return null
      wake()
    }
    for await (const entry of walkFolder(top, { ...options, depth: MAX_DEPTH })) {
      if (awake) break
      if (!entry.stat.isDirectory() || !options.mayEnter(entry.path)) continue
      if (watchers.length >= MAX_FOLDERS) {
        truncated = true
        break
      }
      const folder = options.holder.holdChild(entry.folder, entry.name)
      if (!folder) continue
      // A folder of two names holds no other, where the disk counts them.
      const mayHoldMore = entry.depth >= MAX_DEPTH && folder.stat.nlink !== 2
      if (!watch(folder.at, folder.path) || mayHoldMore) truncated = true
      folder.close() // the watch is on the folder itself and needs no handle of ours
    }
    await woken
    lookForIt()
    if (changed.size > 0) await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
    return { changed: [...changed], truncated: truncated || changed.size >= MAX_CHANGED }
  } finally {
    clearTimeout(timer)
    clearInterval(looking)
    options.signal.removeEventListener('abort', wake)
    end()
  }
}
