/**
 * The token that opens the socket: made anew at each start, readable by the user alone, compared in constant time.
 * It proves "the same user, on this machine", no more; that is why the socket's callers are `cli` and never a window.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'

/** 64 hex characters. */
export function makeToken(): string {
  return randomBytes(32).toString('hex')
}

/** Replaces the file whole: a reader sees the old line or the new one, never a part, never with looser rights. */
export async function writeOwnLine(file: string, line: string): Promise<void> {
  const fresh = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(fresh, `${line}\n`, { mode: 0o600, flag: 'wx', flush: true })
  await rename(fresh, file)
}

export function sameToken(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
