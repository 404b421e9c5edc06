/**
 * Part of a file may begin or end in the middle of a secret's value, where no scan of the part alone knows it; who reads
 * a file in parts of three bytes would have it whole. So a part is read with what stands around its edges, and what
 * belongs to a value that crosses one is hidden.
 */
import type { LeakScanner } from '../../ports.ts'
import { readSome } from './read-some.ts'

/** Bytes on either side of an edge: a longer value is known by what is on one. */
const AROUND = 4096
const STAR = 0x2a

/** From and to, in bytes of the file. */
export type Range = readonly [from: number, to: number]

/** What is to be hidden of the bytes from `from` up to `to`. */
export async function findAtEdges(
  fd: number,
  [from, to]: Range,
  size: number,
  leaks: Pick<LeakScanner, 'redactKnown'>,
): Promise<Range[]> {
  const found: Range[] = []
  for (const edge of [from, to]) {
    if (edge <= 0 || edge >= size) continue
    const start = Math.max(0, edge - AROUND)
    const bytes = Buffer.alloc(Math.min(size, edge + AROUND) - start)
    const got = await readSome(fd, bytes, 0, start)
    const { hits } = await leaks.redactKnown(bytes.toString('latin1', 0, got))
    for (const hit of hits)
      if (hit.start + start < edge && hit.end + start > edge) found.push([hit.start + start, hit.end + start])
  }
  return found
}

/** @param at where the bytes stand in the file */
export function hide(bytes: Buffer, at: number, ranges: readonly Range[]): void {
  for (const [from, to] of ranges) {
    const [start, end] = [Math.max(0, from - at), Math.min(bytes.length, to - at)]
    if (start < end) bytes.fill(STAR, start, end)
  }
}
