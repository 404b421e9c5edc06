/**
 * Takes away what stands at a path with all that is in it, if anything does. Other programs may still be at work there:
 * each folder is held, so that no link leads anywhere else. Many thousands of names take a while, in which everybody
 * else has a turn; `fs.promises.rm` would begin them all in one.
 */
import fs from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { namesInParts } from './list-folder.ts'

const FOLDER = fs.constants.O_RDONLY | (fs.constants.O_DIRECTORY ?? 0) | (fs.constants.O_NOFOLLOW ?? 0)
const A_PART = 256

/** @param opening also what is in folders that are shut. Throws system errors. */
export function removeTree(at: string, opening = false): Promise<void> {
  return remove(Buffer.from(at).toString('latin1'), opening)
}

/** Byte for byte, each as one character: a name on a disk need not be text. */
async function remove(bytes: string, opening: boolean): Promise<void> {
  const at = Buffer.from(bytes, 'latin1')
  const stat = fs.lstatSync(at, { throwIfNoEntry: false })
  if (!stat) return
  if (!stat.isDirectory()) return fs.rmSync(at, { force: true })
  if (process.platform !== 'linux') await removeIn(bytes, opening)
  else {
    const fd = fs.openSync(at, FOLDER)
    try {
      if (opening) fs.fchmodSync(fd, 0o700)
      await removeIn(`/proc/self/fd/${fd}`, opening)
    } finally {
      fs.closeSync(fd)
    }
  }
  fs.rmdirSync(at)
}

async function removeIn(folder: string, opening: boolean): Promise<void> {
  const names: string[] = []
  for await (const part of namesInParts(Buffer.from(folder, 'latin1'))) names.push(...part)
  let left = A_PART
  for (const name of names) {
    await remove(`${folder}/${name}`, opening)
    if (--left > 0) continue
    left = A_PART
    await nextTurn()
  }
}
