/**
 * The file `STOPPED` in the data folder: the one piece of state that both the broker and the shell can write, so that
 * a stop holds although the broker hung when it was pressed. Its presence stops; what stands in it only explains.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
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
const unknownStop: StopFile = {
  version: 1,
  at: 0,
  by: 'unknown',
  writer: 'shell',
  drill: false,
  receipt: null,
}

/**
 * Whole, and there for every process when it returns. Throws when it can't be written; then it is left empty where the
 * disk still takes a name, because that stops too. It is on the disk when `settleStopFile` has resolved.
 */
export function writeStopFile(file: string, content: StopFile): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.new`
  try {
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
    renameSync(draft, file)
  } catch (error) {
    writeFileSync(file, '', { mode: 0o600, flag: 'a' })
    throw error
  }
}

/** Resolves when the stop file, or that there is none, is on the disk. Rejects when the disk refuses. */
export async function settleStopFile(file: string): Promise<void> {
  for (const each of [file, path.dirname(file)]) {
    // Gone again already, or a folder on a system that can't open folders.
    const handle = await open(each, 'r').catch(() => null)
    try {
      await handle?.sync()
    } finally {
      await handle?.close()
    }
  }
}

export function removeStopFile(file: string): void {
  rmSync(file, { force: true })
}
