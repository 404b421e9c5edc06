/** Bytes as text for a diff, where they are text and not too much to read. */
import fs from 'node:fs'

const MAX_TEXT = 200_000

export function readText(bytes: Buffer | null): string | null {
  if (!bytes || bytes.length > MAX_TEXT || bytes.includes(0)) return null
  return bytes.toString('utf8')
}

/** A plain file's bytes; null for anything else. */
export function readSmallFile(at: string): Buffer | null {
  const stat = fs.lstatSync(at, { throwIfNoEntry: false })
  return stat?.isFile() && stat.size <= MAX_TEXT ? fs.readFileSync(at) : null
}
