/**
 * Takes away what was made or moved aside, with all that is in it. Other programs may be at work there: each folder is
 * held (on Linux), so that a link that takes its place leads nowhere else. Many thousands of names take a while, in
 * which everybody else has a turn; `fs.promises.rm` would begin them all in one, and goes by names.
 */
import fs from 'node:fs'
import { namesInParts } from './list-names.ts'
import { createTurns } from './take-turns.ts'

const FOLDER = fs.constants.O_RDONLY | (fs.constants.O_DIRECTORY ?? 0) | (fs.constants.O_NOFOLLOW ?? 0)

/**
 * Nothing where nothing is. Throws system errors; also where a folder became something else meanwhile.
 * @param opening also what is in folders that are shut
 */
export async function removeTree(at: string, opening = false): Promise<void> {
  const takeTurns = createTurns()
  /** Byte for byte, each as one character: a name on a disk need not be text. */
  async function remove(bytes: string): Promise<void> {
    await takeTurns()
    const path = Buffer.from(bytes, 'latin1')
    const stat = fs.lstatSync(path, { throwIfNoEntry: false })
    if (!stat?.isDirectory()) return fs.rmSync(path, { force: true })
    if (process.platform !== 'linux') await removeIn(bytes, stat)
    else {
      const fd = fs.openSync(path, FOLDER)
      try {
        if (opening) fs.fchmodSync(fd, 0o700)
        await removeIn(`/proc/self/fd/${fd}`, stat)
      } finally {
        fs.closeSync(fd)
      }
    }
    fs.rmdirSync(path)
  }
  async function removeIn(folder: string, stat: fs.Stats): Promise<void> {
    const names: string[] = []
    for await (const part of namesInParts({ at: Buffer.from(folder, 'latin1'), stat }, 'latin1'))
      names.push(...part)
    for (const name of names) await remove(`${folder}/${name}`)
  }
  await remove(Buffer.from(at).toString('latin1'))
}
