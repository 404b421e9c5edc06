/** The stop file, written from a terminal: it closes the gate of a broker that does not even answer. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { StopFile } from '../contract/stop.ts'

/**
 * There for every process when it returns; `settleStop` has it on the disk.
 * @returns false when the disk takes not even an empty file, which stops like any other: the rest of Stop goes on
 * without it
 */
export function writeStop(file: string, content: StopFile): boolean {
  if (existsSync(file)) return true
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.cli`, JSON.stringify(content), { mode: 0o600 })
    renameSync(`${file}.cli`, file)
    return true
  } catch {
    return leaveEmpty(file)
  }
}

/** On a full disk there is room for a name where there is none for words. */
function leaveEmpty(file: string): boolean {
  try {
    writeFileSync(file, '', { mode: 0o600, flag: 'a' })
    return true
  } catch {
    return false
  }
}

export function settleStop(file: string): void {
  for (const each of [file, path.dirname(file)]) {
    try {
      const handle = openSync(each, 'r')
      try {
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
    } catch {
      // Not written, resumed already, or a folder where folders can't be opened: it stops as long as this system runs.
    }
  }
}
