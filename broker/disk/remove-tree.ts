/**
 * Takes away what was made or moved aside, with all that is in it. Other programs may be at work there: each folder is
 * held (on Linux), so that a link that takes its place leads nowhere else. Many thousands of names take a while, in
 * which everybody else has a turn; `fs.promises.rm` would begin them all in one, and goes by names.
 */
import fs from 'node:fs'
import { namesInParts } from './list-names.ts'
import { createTurns } from './take-turns.ts'

const FOLDER = fs.constants.O_RDONLY | (fs.constants.O_DIRECTORY ?? 0) | (fs.constants.O_NOFOLLOW ?? 0)

export interface RemoveOptions {
  /** Also what is in folders that are shut. */
  opening?: boolean
  /** Of a folder: whether to look into it at all; it goes when nothing is left in it. */
  only?(thing: Removable): boolean
}

export interface Removable {
  /** From the top on, `/` before each name, byte for byte; empty for the top itself. */
  below: string
  /** For system calls. */
  at: Buffer
  stat: fs.Stats
}

/**
 * Nothing where nothing is. Throws system errors; also where a folder became something else meanwhile.
 * @returns whether nothing is left there
 */
export async function removeTree(
  top: string,
  { opening = false, only }: RemoveOptions = {},
): Promise<boolean> {
  const takeTurns = createTurns()
  /** Byte for byte, each as one character: a name on a disk need not be text. */
  async function remove(bytes: string, below: string): Promise<boolean> {
    await takeTurns()
    const at = Buffer.from(bytes, 'latin1')
    const stat = fs.lstatSync(at, { throwIfNoEntry: false })
    if (!stat) return true
    if (only && !only({ below, at, stat })) return false
    if (!stat.isDirectory()) {
      fs.rmSync(at, { force: true })
      return true
    }
    if (!(await removeHeld(bytes, below, stat))) return false
    fs.rmdirSync(at)
    return true
  }
  async function removeHeld(bytes: string, below: string, stat: fs.Stats): Promise<boolean> {
    if (process.platform !== 'linux') return removeIn(bytes, below, stat)
    const fd = fs.openSync(Buffer.from(bytes, 'latin1'), FOLDER)
    try {
      if (opening) open(fd)
      return await removeIn(`/proc/self/fd/${fd}`, below, stat)
    } finally {
      fs.closeSync(fd)
    }
  }
  async function removeIn(folder: string, below: string, stat: fs.Stats): Promise<boolean> {
    const names: string[] = []
    for await (const part of namesInParts({ at: Buffer.from(folder, 'latin1'), stat }, 'latin1'))
      names.push(...part)
    let gone = true
    for (const name of names) gone = (await remove(`${folder}/${name}`, `${below}/${name}`)) && gone
    return gone
  }
  return remove(Buffer.from(top).toString('latin1'), '')
}

/** One that is somebody else's may be open to us all the same. */
function open(folder: number): void {
  try {
    fs.fchmodSync(folder, 0o700)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EPERM') throw error
  }
}
