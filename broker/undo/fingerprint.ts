/**
 * What stands at a path, in a short form that changes when a person changes it: a file by its content, a link by its
 * target, a folder by the names, sizes and times of all below it.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { listFolder } from './list-folder.ts'

const READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)
const CHUNK = 1024 * 1024
/** Larger files are told by size, time and number: reading them would take longer than it is worth. */
const MAX_HASHED = 256 * 1024 * 1024
const ENTRIES_A_TURN = 256

/** Null for nothing. Throws system errors other than "not there". */
export async function fingerprint(at: string): Promise<string | null> {
  const stat = fs.lstatSync(at, { throwIfNoEntry: false })
  if (!stat) return null
  if (stat.isSymbolicLink()) return fileOfLink(fs.readlinkSync(at))
  if (stat.isDirectory()) return `folder:${await folderShape(at)}`
  if (!stat.isFile()) return `other:${stat.dev}:${stat.ino}`
  if (stat.size > MAX_HASHED) return `large:${stat.size}:${stat.mtimeMs}:${stat.ino}`
  return `file:${await hashFile(at)}`
}

/** The fingerprint that a kept image has when it stands there again. */
export function fileOfHash(hash: string): string {
  return `file:${hash}`
}
export function fileOfLink(target: string): string {
  return `link:${target}`
}
/** The content's hash, where the fingerprint is of a file. */
export function hashOf(print: string | null): string | null {
  return print?.startsWith('file:') ? print.slice(5) : null
}

async function hashFile(at: string): Promise<string> {
  const hash = createHash('sha256')
  const fd = fs.openSync(at, READ)
  try {
    const buffer = Buffer.allocUnsafe(CHUNK)
    for (;;) {
      const got = await readSome(fd, buffer)
      if (got === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, got))
    }
  } finally {
    fs.closeSync(fd)
  }
}

function readSome(fd: number, buffer: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, 0, buffer.length, null, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })
}

/** To the millisecond: what is carried to another disk and back keeps no more of its time. */
function factsOf({ size, mtimeMs }: fs.Stats): string {
  return `${size} ${Math.round(mtimeMs)}`
}

async function folderShape(at: string): Promise<string> {
  const hash = createHash('sha256')
  let entries = 0
  const look = async (folder: string, relative: string): Promise<void> => {
    const { names, odd } = await listFolder(folder)
    // A name that is no text can't be looked up by what it is shown as, but it is there.
    for (const name of odd) hash.update(`? ${JSON.stringify(relative)}${name}\n`)
    for (const name of names) {
      if (++entries % ENTRIES_A_TURN === 0) await nextTurn()
      const stat = fs.lstatSync(`${folder}/${name}`, { throwIfNoEntry: false })
      if (!stat) continue
      const kind = stat.isDirectory() ? 'd' : stat.isSymbolicLink() ? 'l' : 'f'
      const facts = kind === 'l' ? fs.readlinkSync(`${folder}/${name}`) : kind === 'd' ? '' : factsOf(stat)
      hash.update(`${kind} ${JSON.stringify(relative + name)} ${facts}\n`)
      if (kind === 'd') await look(`${folder}/${name}`, `${relative}${name}/`)
    }
  }
  await look(at, '')
  return hash.digest('hex')
}
