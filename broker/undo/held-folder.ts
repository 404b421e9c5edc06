/**
 * The folder of a recorded path, held. Undo acts on paths that were canonical when they were recorded; if a part has
 * become a link since, the path leads elsewhere, and nothing there is ours to touch.
 */
import fs from 'node:fs'
import path from 'node:path'

export interface HeldFolder {
  /** For system calls: the entry in the held folder. */
  entry(name: string): string
  close(): void
}

/** From <fcntl.h>; Node does not export it. */
const O_PATH = 0o10000000

/** Null when the folder isn't there any more, or is reached through a link now. */
export function holdFolder(folder: string): HeldFolder | null {
  return process.platform === 'linux' ? holdOnLinux(folder) : holdByName(folder)
}

function holdOnLinux(folder: string): HeldFolder | null {
  let fd: number
  try {
    fd = fs.openSync(folder, O_PATH | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW)
  } catch {
    return null
  }
  const at = `/proc/self/fd/${fd}`
  if (fs.readlinkSync(at) === folder)
    return { entry: (name) => `${at}/${name}`, close: () => fs.closeSync(fd) }
  fs.closeSync(fd)
  return null
}

function holdByName(folder: string): HeldFolder | null {
  try {
    if (fs.realpathSync.native(folder) !== folder) return null
    return { entry: (name) => path.join(folder, name), close() {} }
  } catch {
    return null
  }
}

/** Runs `act` on the entry of a recorded path; null when its folder can't be held. */
export async function atEntry<T>(recorded: string, act: (at: string) => T | Promise<T>): Promise<T | null> {
  const folder = holdFolder(path.dirname(recorded))
  if (!folder) return null
  try {
    return await act(folder.entry(path.basename(recorded)))
  } finally {
    folder.close()
  }
}
