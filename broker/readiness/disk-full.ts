/** Whether the disk has room for what is to be written next. */
import { statfsSync } from 'node:fs'

/** Less than this, in bytes, and the next entries of the record may not fit. */
const LITTLE_ROOM = 256 * 1024

/** False where nobody can say. */
export function isDiskFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < LITTLE_ROOM
  } catch {
    return false
  }
}
