/** Opens the newest part of the log; a file that is damaged is kept aside, and what is lost is said in the record. */

import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, renameSync } from 'node:fs'
import path from 'node:path'
import type { Clock } from '../ports.ts'
import { openArchive } from './archive.ts'
import { GENESIS } from './chain.ts'
import { BrokenFile, type HotStore, openHotStore } from './hot-store.ts'
import type { LogFiles } from './log-files.ts'
import type { Head } from './log-writer.ts'

export interface OpenedHotStore {
  hot: HotStore
  /** Where the chain goes on when there is no row. */
  start: Head
  /** Name of the damaged file, when one was moved aside. */
  movedAside: string | null
}

/** Throws when the file can't be opened or written for a reason that isn't its own content. */
export function openHotStoreSafely(files: LogFiles, clock: Clock): OpenedHotStore {
  let movedAside: string | null = null
  let hot: HotStore
  try {
    hot = openHotStore(files.hot)
  } catch (error) {
    if (!isDamage(error)) throw error
    movedAside = moveAside(files.hot, clock())
    hot = openHotStore(files.hot)
  }
  chmodSync(files.hot, 0o600)
  const start = startOf(hot, files, movedAside !== null)
  if (hot.getMeta('log') === null) hot.setMeta('log', randomUUID())
  return { hot, start, movedAside }
}

function startOf(hot: HotStore, files: LogFiles, damaged: boolean): Head {
  const packed = packedHead(files)
  if (damaged && packed !== null) hot.setMeta('start', JSON.stringify(packed))
  const start = hot.getMeta('start')
  return packed ?? (start === null ? { seq: 0, hash: GENESIS } : (JSON.parse(start) as Head))
}

function packedHead(files: LogFiles): Head | null {
  if (!existsSync(files.archive)) return null
  const archive = openArchive(files.archive)
  try {
    return archive.last()
  } finally {
    archive.close()
  }
}

function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode
  return error instanceof BrokenFile || (code !== undefined && [11, 26].includes(code & 0xff))
}

function moveAside(file: string, now: number): string {
  const target = `${file}.broken-${new Date(now).toISOString().replace(/[:.]/g, '-')}`
  for (const part of ['', '-wal', '-shm']) if (existsSync(file + part)) renameSync(file + part, target + part)
  return path.basename(target)
}
