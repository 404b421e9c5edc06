/**
 * A file's new content, all or nothing: written beside the old one, brought to the disk, then put in its place in one
 * step. A full disk, a crash or a pulled plug leaves the old content. Other hard links of an old file keep it.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { failed, type Outcome, ok, refused } from '../../../contract/outcome.ts'
import type { StagedFile } from '../../ports.ts'
import { errnoOf, explainError } from '../files/explain-error.ts'
import { entryAt, isUnchanged, movedMeanwhile, type OpenPlace } from './open-place.ts'

/**
 * @param old the file that is replaced, for its mode and owner; null where there must be none
 * @param signal a stop that comes while the content goes to the disk, which can take long, still changes nothing
 */
export async function putFile(
  place: OpenPlace,
  content: Buffer | Pick<StagedFile, 'copyTo'>,
  old: fs.Stats | null,
  signal: AbortSignal,
): Promise<Outcome<true>> {
  const temporary = `${place.folder.at}/.sallyport-${randomBytes(8).toString('hex')}.tmp`
  let made = false
  try {
    // Closed to others until it has the mode of what it replaces; a new file gets what the person's umask says.
    const fd = fs.openSync(
      temporary,
      fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL,
      old ? 0o600 : 0o666,
    )
    made = true
    try {
      await (Buffer.isBuffer(content) ? writeAll(fd, content) : content.copyTo(fd))
      if (old) keepModeAndOwner(fd, old)
      await synced(fd)
    } finally {
      fs.closeSync(fd)
    }
    if (signal.aborted) return endedBefore()
    // What somebody wrote there while the content went to the disk is in no before-image: nothing waits after this look.
    if (old && !isUnchanged(old, entryAt(place.at))) return movedMeanwhile(place.name)
    if (old) fs.renameSync(temporary, place.at)
    else putNew(temporary, place.at)
    made = false
    await syncFolder(place.folder.at)
    return ok(true)
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return failed('exists', `“${place.name}” exists already.`)
    return explainError(error, place.name)
  } finally {
    if (made) fs.rmSync(temporary, { force: true })
  }
}

const endedBefore = () => refused('cancelled', 'The run was ended. Nothing was changed.')

/** Gives a finished file its name, unless the name is taken: a rename would write over it. */
function putNew(temporary: string, at: string): void {
  try {
    fs.linkSync(temporary, at)
  } catch (error) {
    if (!LINKLESS.has(errnoOf(error))) throw error
    // A disk without hard links: take the name first, which fails if it is taken, then put the file over it.
    fs.closeSync(fs.openSync(at, fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL))
    fs.renameSync(temporary, at)
    return
  }
  fs.rmSync(temporary)
}

/** What systems say where hard links can't be made. */
export const LINKLESS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
])

/** Other content runs as whom it is started by, as after any write: only the very program was given more. */
const RUNS_AS_OWNER = 0o6000

function keepModeAndOwner(fd: number, old: fs.Stats): void {
  const now = fs.fstatSync(fd)
  if (now.uid !== old.uid || now.gid !== old.gid) {
    try {
      fs.fchownSync(fd, old.uid, old.gid)
    } catch {
      // Only an administrator gives files away: it then belongs to who wrote it, as with any editor.
    }
  }
  fs.fchmodSync(fd, old.mode & ~RUNS_AS_OWNER & 0o7777)
}

async function writeAll(fd: number, bytes: Buffer): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    done += await new Promise<number>((resolve, reject) => {
      fs.write(fd, bytes, done, bytes.length - done, null, (error, count) =>
        error ? reject(error) : resolve(count),
      )
    })
  }
}

function synced(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(fd, (error) => (error ? reject(error) : resolve()))
  })
}

/** Brings a folder's entries to the disk. Some disks can't; what was done stands all the same. */
export async function syncFolder(at: string): Promise<void> {
  try {
    const fd = fs.openSync(at, fs.constants.O_RDONLY)
    try {
      await synced(fd)
    } finally {
      fs.closeSync(fd)
    }
  } catch (error) {
    if (errnoOf(error) === '') throw error
  }
}
