/**
 * The file `STOPPED` in the data folder: the one piece of state that both the broker and the shell can write, so that
 * a stop holds although the broker hung when it was pressed. Its presence stops; what stands in it only explains.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { STOP_FILE, StopFile } from '../../contract/stop.ts'

export const stopFileIn = (dataFolder: string): string => path.join(dataFolder, STOP_FILE)

/** Null when there is none. A file that can't be read or does not parse still stops. */
export function readStopFile(file: string): StopFile | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8').slice(0, 1_000_000)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    return unknownStop
  }
  try {
    return StopFile.parse(JSON.parse(text))
  } catch {
    return unknownStop
  }
}
const unknownStop: StopFile = { version: 1, at: 0, by: 'unknown', writer: 'shell', receipt: null }

/** On the disk when it returns, whole or not at all. Throws when it can't be written. */
export function writeStopFile(file: string, content: StopFile): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.new`
  const fd = openSync(draft, 'w', 0o600)
  try {
    writeSync(fd, `${JSON.stringify(content, null, 2)}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(draft, file)
  syncFolder(path.dirname(file))
}

export function removeStopFile(file: string): void {
  rmSync(file, { force: true })
  syncFolder(path.dirname(file))
}

/** A new name is on the disk only when its folder is. Systems that can't open a folder keep names by themselves. */
function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch {}
}
