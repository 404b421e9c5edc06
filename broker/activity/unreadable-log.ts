/** The verdict on a log that can’t be read at all, in words that help. */
import type { Judged } from './verify-log.ts'

export function unreadable(error: unknown): Judged {
  const text = `The log can’t be read: ${reasonOf(error)}`
  return {
    ok: false,
    entries: 0,
    firstBad: { seq: 1, what: 'unreadable', text },
    head: null,
    sealedTo: null,
    gaps: [],
    byBlocks: null,
    blocks: null,
  }
}

/** What SQLite says of a file that is no log would be no help. */
function reasonOf(error: unknown): string {
  const {
    code,
    errcode = 0,
    message = String(error),
  } = error as Partial<NodeJS.ErrnoException> & {
    errcode?: number
  }
  if (errcode === SQLITE.notADatabase || /^no such (table|column):/.test(message))
    return 'its file is not a log of Sallyport’s.'
  if ((errcode & 0xff) === SQLITE.corrupt) return 'its file is damaged.'
  if ((errcode & 0xff) === SQLITE.cantOpen || code === 'EACCES' || code === 'EPERM')
    return 'its file can’t be opened. May this user read it?'
  return message
}
const SQLITE = { corrupt: 11, cantOpen: 14, notADatabase: 26 }
