/**
 * A program may shut a folder behind itself that is the person's all the same, and that they can open again at any time.
 * It is looked into nevertheless, and then shut as it was.
 */
import fs from 'node:fs'

/** From <fcntl.h>; Node does not export it. */
const O_PATH = 0o10000000
const ENTER_AND_READ = 0o500

/** @returns what shuts it again; null where it is not ours to open, or not the thing that it was */
export function letIn(folder: string): (() => void) | null {
  const mode = change(folder, (mode) => mode | ENTER_AND_READ)
  if (mode === null) return null
  return () => void change(folder, () => mode)
}

/** @returns how it was before */
function change(folder: string, to: (mode: number) => number): number | null {
  if (process.platform !== 'linux') return null
  try {
    const fd = fs.openSync(folder, O_PATH | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW)
    try {
      const held = `/proc/self/fd/${fd}`
      const mode = fs.statSync(held).mode & 0o7777
      if (fs.readlinkSync(held) !== folder || to(mode) === mode) return null
      fs.chmodSync(held, to(mode))
      return mode
    } finally {
      fs.closeSync(fd)
    }
  } catch {
    return null
  }
}
