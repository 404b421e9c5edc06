/**
 * The stop file, written by the shell when the broker could not: its presence is what a starting broker obeys. A file that is there already is the broker's own and says more.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import type { StopFile } from '../contract/stop.ts'

/**
 * @param replace true to put the receipt into the file that the shell wrote itself
 * @param sync false to leave it to the system when it reaches the disk
 * @returns false when one was there already and was left alone
 * Throws what the system says when it can't be written; then it is left empty where the disk still takes a name.
 */
export function writeStopFile(file: string, content: StopFile, replace = false, sync = true): boolean {
  if (existsSync(file) && !replace) return false
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.shell`
  try {
    const handle = openSync(fresh, 'w', 0o600)
    try {
      writeSync(handle, JSON.stringify(content))
      if (sync) fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(fresh, file)
  } catch (error) {
    writeFileSync(file, '', { mode: 0o600, flag: 'a' })
    throw error
  }
  return true
}
