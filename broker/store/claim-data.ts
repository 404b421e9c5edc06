/**
 * One broker at a time on a person's data. Two would each go on from the end of the record as they had read it, and from
 * the first entry of one the other could write nothing any more. The claim is a lock of the system on a file: it goes with
 * the process, whatever ends that.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Claim {
  close(): void
}

const AGAIN_MS = 50
const SQLITE_BUSY = 5

/**
 * Null when another process has it, and does not let go of it in time. Where the disk knows no locks there is none, and
 * it counts as had. Throws when the folder can't be made.
 */
export async function claimData(folder: string, waitMs: number): Promise<Claim | null> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const until = performance.now() + waitMs
  for (;;) {
    const claim = tryClaim(path.join(folder, 'in-use'))
    if (claim !== 'taken') return claim
    if (performance.now() >= until) return null
    await sleep(AGAIN_MS)
  }
}

function tryClaim(file: string): Claim | 'taken' {
  let db: DatabaseSync | null = null
  try {
    db = new DatabaseSync(file, { timeout: 0 })
    db.exec('BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    db?.close()
    const { errcode } = error as { errcode?: number }
    return errcode !== undefined && (errcode & 0xff) === SQLITE_BUSY ? 'taken' : { close() {} }
  }
}
