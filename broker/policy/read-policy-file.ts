/** Reads a policy file as bytes that can be trusted: a plain file, of a bearable size, that only the right user can change. */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { readPlist } from './read-plist.ts'

export type ReadFile =
  | { kind: 'absent' }
  | { kind: 'text'; text: string }
  /** It is there and can't be used; `text` says why. */
  | { kind: 'unusable'; text: string }

const MOST_BYTES = 32 * 1024 * 1024

/**
 * @param owner user id that must own the file and be the only one to write it; null checks only that not everybody can
 */
export function readPolicyFile(file: string, owner: number | null): ReadFile {
  let handle: number
  try {
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' }
    return { kind: 'unusable', text: `It can’t be opened (${code}).` }
  }
  try {
    const fault = distrust(fstatSync(handle), owner)
    if (fault) return { kind: 'unusable', text: fault }
    return decode(readFileSync(handle))
  } catch (error) {
    return {
      kind: 'unusable',
      text: `It can’t be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    }
  } finally {
    closeSync(handle)
  }
}

function distrust(stats: Stats, owner: number | null): string | null {
  if (!stats.isFile()) return 'It is not a plain file.'
  if (stats.size > MOST_BYTES) return `It is larger than ${MOST_BYTES} bytes.`
  if (process.platform === 'win32') return null
  if (owner !== null && stats.uid !== owner)
    return `It belongs to user ${stats.uid}, not to ${owner === 0 ? 'root' : `user ${owner}`}.`
  if (owner !== null && (stats.mode & 0o022) !== 0)
    return 'Others than its owner can change it. Take their right to write away (chmod go-w).'
  if ((stats.mode & 0o002) !== 0) return 'Everybody can change it. Take that right away (chmod o-w).'
  return null
}

function decode(bytes: Buffer): ReadFile {
  const plist = readPlist(bytes)
  if (plist.kind === 'plist') return { kind: 'text', text: JSON.stringify(plist.value, null, 2) }
  if (plist.kind === 'broken') return { kind: 'unusable', text: plist.text }
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { kind: 'unusable', text: 'It is not UTF-8 text.' }
  }
}
