/**
 * Writes a file that is not there yet, all of it or nothing: what was interrupted, or met a full disk, leaves no half
 * file that looks like a whole one. It is written under another name in the same folder and gets its own at the end.
 */
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { CliError, EXIT } from './exit-code.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Returns the number of characters. @throws CliError when it is there already, can't be written or was interrupted */
export async function writeNewFile(file: string, parts: AsyncIterable<string>): Promise<number> {
  if (await isThere(file)) throw unwritable(file, 'it is there already')
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.part`)
  const stop = Promise.withResolvers<never>()
  stop.promise.catch(() => {})
  const onSignal = () =>
    stop.reject(new CliError(EXIT.failed, 'interrupted', `Interrupted: ${file} was not written.`))
  for (const signal of SIGNALS) process.on(signal, onSignal)
  let handle: FileHandle | null = null
  try {
    handle = await open(beside, 'wx', 0o600)
    const characters = await Promise.race([writeAll(handle, parts), stop.promise])
    await handle.sync()
    await handle.close()
    handle = null
    await giveName(beside, file)
    return characters
  } catch (error) {
    throw error instanceof CliError ? error : unwritable(file, reasonOf(error as NodeJS.ErrnoException))
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
    await handle?.close().catch(() => {})
    await rm(beside, { force: true }).catch(() => {})
  }
}

async function writeAll(handle: FileHandle, parts: AsyncIterable<string>): Promise<number> {
  let characters = 0
  for await (const part of parts) {
    await handle.appendFile(part)
    characters += part.length
  }
  return characters
}

/** A link never replaces what has come there meanwhile; not every file system has links. */
async function giveName(beside: string, file: string): Promise<void> {
  try {
    await link(beside, file)
  } catch (error) {
    if (await isThere(file)) throw unwritable(file, 'it is there already')
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    await rename(beside, file)
  }
}
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK'])

const isThere = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  )

const REASONS: Record<string, string> = {
  EEXIST: 'it is there already',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  ENOENT: 'its folder is not there',
  ENOTDIR: 'its folder is not there',
  EACCES: 'you may not write there',
  EROFS: 'the disk can only be read',
}
const reasonOf = ({ code = '', message }: NodeJS.ErrnoException) => REASONS[code] ?? (code || message)
const unwritable = (file: string, why: string) =>
  new CliError(EXIT.failed, 'io', `${file} can't be written: ${why}.`)
