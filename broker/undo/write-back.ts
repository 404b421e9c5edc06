/** Content that was kept, written anew: beside its place, for whoever then puts it there in one step. */
import fs from 'node:fs'
import { TreeImage } from './change.ts'
import type { ImageStore } from './image-store.ts'

/** A kept folder with all below it; false when parts of it are no longer kept. */
export async function writeTree(top: string, bytes: Buffer, images: ImageStore): Promise<boolean> {
  const tree = TreeImage.safeParse(JSON.parse(bytes.toString('utf8')))
  if (!tree.success) return false
  const placeOf = (entry: { path: string }) => (entry.path === '' ? top : `${top}/${entry.path}`)
  for (const entry of tree.data) {
    if (entry.kind === 'folder') fs.mkdirSync(placeOf(entry), 0o700)
    else if (entry.kind === 'link') fs.symlinkSync(entry.target, placeOf(entry))
    else {
      const content = await images.get(entry.hash)
      if (!content) return false
      await writeFile(placeOf(entry), content, entry)
    }
  }
  // Last, and from the inside out: what is made in a folder changes its time, and a closed one can't be written to.
  for (const entry of tree.data.toReversed()) {
    if (entry.kind !== 'folder') continue
    fs.chmodSync(placeOf(entry), entry.mode)
    fs.utimesSync(placeOf(entry), entry.mtimeMs / 1000, entry.mtimeMs / 1000)
  }
  return true
}

/** Whose it is now: the person's group may share it. Where that can't be given, it belongs to who undoes it. */
async function giveTo(
  file: fs.promises.FileHandle,
  { uid, gid }: { uid: number; gid: number },
): Promise<void> {
  try {
    await file.chown(uid, gid)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EPERM') throw error
  }
}

interface Facts {
  mode: number
  mtimeMs: number
  owner?: { uid: number; gid: number }
}

/** A file of its own, on the disk when this is done. */
export async function writeFile(at: string, bytes: Buffer, facts: Facts): Promise<void> {
  const file = await fs.promises.open(at, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    if (facts.owner) await giveTo(file, facts.owner)
    await file.chmod(facts.mode)
    await file.utimes(facts.mtimeMs / 1000, facts.mtimeMs / 1000)
    await file.sync()
  } finally {
    await file.close()
  }
}
