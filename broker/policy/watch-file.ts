/**
 * Tells when a file may have changed: by watching its folder where that works, and by looking every two seconds
 * anyway (network file systems, folders that come later). Tells at most once for a burst.
 */
import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'

const SETTLE_MS = 60
const LOOK_MS = 2_000

/** @returns a function that ends the watch */
export function watchFile(file: string, changed: () => void): () => void {
  let watcher: FSWatcher | null = null
  let settling: NodeJS.Timeout | null = null
  let known = signature(file)
  const look = () => {
    const now = signature(file)
    if (now === known) return
    known = now
    changed()
  }
  const soon = () => {
    if (settling) clearTimeout(settling)
    settling = setTimeout(look, SETTLE_MS)
    settling.unref()
  }
  const attach = () => {
    if (watcher) return
    try {
      watcher = watch(dirname(file), { persistent: false }, soon)
      watcher.on('error', detach)
    } catch {
      watcher = null
    }
  }
  const detach = () => {
    watcher?.close()
    watcher = null
  }
  attach()
  const timer = setInterval(() => {
    attach()
    look()
  }, LOOK_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    if (settling) clearTimeout(settling)
    detach()
  }
}

function signature(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true })
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}
