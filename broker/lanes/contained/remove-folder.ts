/**
 * Takes away the private folder of a host that has ended. A program may have left a million files in it: what is not
 * done in a moment is left to a process of its own, and nobody waits.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'

/** For the broker's thread; thousands of files. */
const AT_ONCE_MS = 10
/** Folders that a program shut are opened first. */
const REMOVE = 'chmod -R u+rwX "$1"; exec rm -rf -- "$1"'

export function removeFolder(folder: string): void {
  try {
    if (removeWithin(Buffer.from(folder).toString('latin1'), performance.now() + AT_ONCE_MS)) return
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
  }
  // Where there is no shell, the next broker tries again.
  spawn('/bin/sh', ['-c', REMOVE, 'sh', folder], {
    stdio: 'ignore',
    detached: true,
    env: { PATH: '/usr/bin:/bin' },
  })
    .on('error', () => {})
    .unref()
}

/**
 * Names are taken byte for byte, each as one character: they need not be text.
 * @returns false when time was up before the end. Throws system errors.
 */
function removeWithin(at: string, until: number): boolean {
  const folder = Buffer.from(at, 'latin1')
  const open = fs.opendirSync(folder as unknown as string, { encoding: 'latin1' as BufferEncoding })
  try {
    for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
      if (performance.now() > until) return false
      const below = `${at}/${entry.name}`
      if (!entry.isDirectory()) fs.unlinkSync(Buffer.from(below, 'latin1'))
      else if (!removeWithin(below, until)) return false
    }
  } finally {
    open.closeSync()
  }
  fs.rmdirSync(folder)
  return true
}
