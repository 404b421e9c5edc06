/**
 * A folder that only the user may enter. A folder that someone else owns, or a link in its place, is refused: whoever
 * can write there could put their own socket in the way.
 */
import { chmod, lstat, mkdir } from 'node:fs/promises'
import process from 'node:process'

/** Makes it when it is missing (0700) and takes away others' rights. Throws with words when it can't be trusted. */
export async function makeOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (process.platform === 'win32') return
  const facts = await lstat(folder)
  if (!facts.isDirectory()) throw new Error(`${folder} is not a folder; remove it and start again`)
  if (facts.uid !== process.getuid?.()) {
    throw new Error(`${folder} belongs to another user; remove it and start again`)
  }
  if ((facts.mode & 0o077) !== 0) await chmod(folder, 0o700)
}
