/** Waits until something below a held folder changes, and gathers what changes in the moment after. */
import fs from 'node:fs'
import type { HeldThing } from './held.ts'
import { type WalkOptions, walkFolder } from './walk-folder.ts'

export interface WaitOptions extends Omit<WalkOptions, 'depth'> {
  timeoutMs: number
}

/** Watching costs the system memory for each folder: past these, changes deeper down are not seen. */
const MAX_FOLDERS = 500
const MAX_DEPTH = 8
/** One save often is several events. */
const GATHER_MS = 60
const MAX_CHANGED = 1000
/** Changes of what may not be told; past these a folder is not listened to any more. */
const MAX_UNTOLD = 20_000

/** @returns canonical paths of what may be entered, in the order in which they changed; none when the time passed or the signal came */
export async function waitForChange(top: HeldThing, options: WaitOptions): Promise<string[]> {
  const changed = new Set<string>()
  const watchers: fs.FSWatcher[] = []
  let wake = () => {}
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  let first = Number.POSITIVE_INFINITY
  /** Of a flood every event comes before any timer: so the end of the waiting is looked for here, too. */
  const end = () => {
    for (const watcher of watchers.splice(0)) watcher.close()
    wake()
  }
  const watch = (at: string, path: string) => {
    let untold = 0
    try {
      const watcher = fs.watch(at, { persistent: false }, (_event, name) => {
        const file = name === null ? path : `${path === '/' ? '' : path}/${name}`
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
    } catch {
      // No watches left, or the folder is gone: what can be watched is.
    }
  }
  const timer = setTimeout(wake, options.timeoutMs)
  options.signal.addEventListener('abort', wake, { once: true })
  try {
    watch(top.at, top.path)
    for await (const entry of walkFolder(top, { ...options, depth: MAX_DEPTH })) {
      if (watchers.length >= MAX_FOLDERS) break
      if (!entry.stat.isDirectory() || !options.mayEnter(entry.path)) continue
      const folder = options.holder.holdChild(entry.folder, entry.name)
      if (folder) watch(folder.at, folder.path)
      folder?.close() // the watch is on the folder itself and needs no handle of ours
    }
    await woken
    if (changed.size > 0) await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
    return [...changed]
  } finally {
    clearTimeout(timer)
    options.signal.removeEventListener('abort', wake)
    end()
  }
}
