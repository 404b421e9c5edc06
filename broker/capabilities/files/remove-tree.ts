/**
 * Takes away what was made or moved aside, with all that is in it. Many thousands of names take a while, in which
 * everybody else has a turn; `fs.promises.rm` would begin them all in one.
 */
import fs from 'node:fs'
import { namesInParts } from './list-names.ts'
import { createTurns } from './take-turns.ts'

/** Nothing where nothing is. Throws system errors. */
export async function removeTree(at: string): Promise<void> {
  const takeTurns = createTurns()
  /** Byte for byte, each as one character: a name on a disk need not be text. */
  async function remove(bytes: string): Promise<void> {
    await takeTurns()
    const path = Buffer.from(bytes, 'latin1')
    const stat = fs.lstatSync(path, { throwIfNoEntry: false })
    if (!stat?.isDirectory()) return fs.rmSync(path, { force: true })
    const names: string[] = []
    for await (const part of namesInParts({ at: path, stat }, 'latin1')) names.push(...part)
    for (const name of names) await remove(`${bytes}/${name}`)
    fs.rmdirSync(path)
  }
  await remove(Buffer.from(at).toString('latin1'))
}
