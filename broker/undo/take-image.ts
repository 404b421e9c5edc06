/** Before-images: what stands at a path, read whole, its content into the image store. */
import fs from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EntryImage, Image, TreeImage } from './change.ts'
import type { ImageStore } from './image-store.ts'
import { listFolder } from './list-folder.ts'

/** Largest file whose content is kept, and most that one change keeps, in bytes. */
export const MAX_IMAGE_BYTES = 64 * 1024 * 1024
export const MAX_ENTRIES = 5_000
const ENTRIES_A_TURN = 256

const READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

/** @returns `none` for nothing there, `not-kept` when it is too much. Throws system errors. */
export async function takeImage(at: string, images: ImageStore): Promise<Image> {
  const stat = fs.lstatSync(at, { throwIfNoEntry: false })
  if (!stat) return { kind: 'none' }
  if (stat.isSymbolicLink()) return { kind: 'link', target: fs.readlinkSync(at) }
  if (stat.isDirectory()) return takeTree(at, images)
  if (!stat.isFile() || stat.size > MAX_IMAGE_BYTES) return { kind: 'not-kept' }
  return takeFile(at, images)
}

async function takeFile(at: string, images: ImageStore): Promise<Extract<Image, { kind: 'file' }>> {
  const fd = fs.openSync(at, READ)
  try {
    const stat = fs.fstatSync(fd)
    const bytes = await readAll(fd, stat.size)
    return {
      kind: 'file',
      hash: await images.put(bytes),
      size: bytes.length,
      mode: stat.mode & 0o7777,
      mtimeMs: stat.mtimeMs,
    }
  } finally {
    fs.closeSync(fd)
  }
}

async function readAll(fd: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size)
  let got = 0
  while (got < size) {
    const count = await new Promise<number>((resolve, reject) => {
      fs.read(fd, buffer, got, size - got, got, (error, bytes) => (error ? reject(error) : resolve(bytes)))
    })
    if (count === 0) break
    got += count
  }
  return buffer.subarray(0, got)
}

async function takeTree(at: string, images: ImageStore): Promise<Image> {
  const plan = await listTree(at)
  if (!plan) return { kind: 'not-kept' }
  const tree: TreeImage = []
  for (const { path, stat } of plan) {
    const here = path === '' ? at : `${at}/${path}`
    let entry: EntryImage
    if (stat.isDirectory()) entry = { kind: 'folder', path, mode: stat.mode & 0o7777, mtimeMs: stat.mtimeMs }
    else if (stat.isSymbolicLink()) entry = { kind: 'link', path, target: fs.readlinkSync(here) }
    else entry = { ...(await takeFile(here, images)), path }
    tree.push(entry)
  }
  return { kind: 'tree', hash: await images.put(Buffer.from(JSON.stringify(tree))) }
}

/** Null when there is too much, or something that can't be kept. */
async function listTree(at: string): Promise<{ path: string; stat: fs.Stats }[] | null> {
  const found: { path: string; stat: fs.Stats }[] = []
  let bytes = 0
  const look = async (path: string): Promise<boolean> => {
    const here = path === '' ? at : `${at}/${path}`
    const stat = fs.lstatSync(here, { throwIfNoEntry: false })
    if (!stat) return true
    bytes += stat.isFile() ? stat.size : 0
    if (found.length >= MAX_ENTRIES || bytes > MAX_IMAGE_BYTES) return false
    if (!stat.isFile() && !stat.isDirectory() && !stat.isSymbolicLink()) return false
    found.push({ path, stat })
    if (!stat.isDirectory()) return true
    const { names, odd } = await listFolder(here, MAX_ENTRIES)
    if (odd.length > 0) return false
    for (const name of names) {
      if (found.length % ENTRIES_A_TURN === 0) await nextTurn()
      if (!(await look(path === '' ? name : `${path}/${name}`))) return false
    }
    return true
  }
  return (await look('')) ? found : null
}
