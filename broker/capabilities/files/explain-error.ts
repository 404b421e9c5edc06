/** What the operating system's errors mean, in words for the person and the model. */
import { type Failed, type FailureCode, failed } from '../../../contract/outcome.ts'

/** No word of the system's: see `MEANING`. */
export const LOST_ON_THE_WAY = 'lost on the way'
export const NO_FOLDER = 'no folder'

const MEANING: Record<string, { code: FailureCode; words: string }> = {
  ENOENT: { code: 'not-found', words: 'does not exist' },
  ENOTDIR: { code: 'not-found', words: 'does not exist: a part of the path is no folder' },
  [LOST_ON_THE_WAY]: {
    code: 'not-found',
    words: 'was not reached: what stands before a “..” in the path does not exist, or is no folder',
  },
  [NO_FOLDER]: {
    code: 'wrong-kind',
    words: 'is no folder, which is what a path means that ends in a slash',
  },
  ELOOP: { code: 'not-found', words: 'leads in a circle of links, or further than links are followed' },
  EEXIST: { code: 'exists', words: 'exists already' },
  ENOTEMPTY: { code: 'exists', words: 'exists already and is not empty' },
  EISDIR: { code: 'wrong-kind', words: 'is a folder' },
  ENXIO: { code: 'wrong-kind', words: 'is not a plain file' },
  ENODEV: { code: 'wrong-kind', words: 'is not a plain file' },
  EACCES: { code: 'permission', words: 'can’t be used: the operating system says no' },
  EPERM: { code: 'permission', words: 'can’t be used: the operating system says no' },
  EBUSY: {
    code: 'permission',
    words: 'can’t be moved: it is in use by the system, as a folder is at which a disk is mounted',
  },
  EROFS: { code: 'permission', words: 'lies on a disk that is read-only' },
  ENOSPC: { code: 'disk-full', words: 'can’t be written: the disk is full. Nothing was changed' },
  EDQUOT: { code: 'disk-full', words: 'can’t be written: the disk quota is used up. Nothing was changed' },
  EFBIG: {
    code: 'disk-full',
    words: 'can’t be written: it is larger than this disk takes. Nothing was changed',
  },
  ENAMETOOLONG: { code: 'not-found', words: 'does not exist: its name is too long for this disk' },
  ESTALE: { code: 'changed', words: 'kept changing while it was looked at; try again' },
  EINVAL: { code: 'unsupported', words: 'can’t be used in this way' },
  ENOTSUP: { code: 'unsupported', words: 'lies on a disk that does not support this' },
  EOPNOTSUPP: { code: 'unsupported', words: 'lies on a disk that does not support this' },
}

export function errnoOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** @param what the file as people know it: `notes.md` */
export function explainErrno(errno: string, what: string): Failed {
  const meaning = MEANING[errno]
  if (meaning) return failed(meaning.code, `“${what}” ${meaning.words}.`)
  return failed('io', `“${what}” could not be used${errno === '' ? '' : ` (${errno})`}.`)
}

/** Turns a system error into a failure; anything that is none is a bug and is thrown on. */
export function explainError(error: unknown, what: string): Failed {
  const errno = errnoOf(error)
  if (errno === '') throw error
  return explainErrno(errno, what)
}
