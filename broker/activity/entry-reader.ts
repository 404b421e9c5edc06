/** Entries by number, wherever they lie: the newest in rows, the older in the archive's blocks. */
import type { DatabaseSync } from 'node:sqlite'
import type { ActivityEntry } from '../../contract/activity.ts'
import { type Archive, hex, openArchiveForReading } from './archive.ts'
import { chainHash, GENESIS } from './chain.ts'
import { readEntry } from './entry-bytes.ts'
import { storedEntry } from './hot-store.ts'
import { createUnpackedBlocks, type UnpackedBlock } from './unpacked-blocks.ts'

export interface SeqText {
  seq: number
  text: string
}
export interface EntryReader {
  /** Null when there is no such entry (any more). */
  text(seq: number): string | null
  /** These will be read next: what lies in blocks is unpacked together. */
  ahead(seqs: number[]): void
  /** With its chain values. */
  entry(seq: number): ActivityEntry | null
  /** Downward from `from`, at most `limit`. */
  down(from: number, limit: number): SeqText[]
  /** Upward from `from`. */
  up(from: number, limit: number): SeqText[]
  first(): number | null
  /** Blocks may have been rewritten or removed: forget what is kept in memory. */
  refresh(): void
  close(): void
}

export function createEntryReader(
  hot: DatabaseSync,
  archiveFile: string,
  open = openArchiveForReading,
): EntryReader {
  const read = hot.prepare('SELECT seq, ref, hash, text FROM entry WHERE seq = ?')
  const down = hot.prepare('SELECT seq, text FROM entry WHERE seq <= ? ORDER BY seq DESC LIMIT ?')
  const up = hot.prepare('SELECT seq, text FROM entry WHERE seq >= ? ORDER BY seq LIMIT ?')
  const firstHot = hot.prepare('SELECT min(seq) AS seq FROM entry')
  const blocks = createUnpackedBlocks()
  let archive: Archive | null = null
  /** Rows leave from the oldest: below one that has gone into a block none is left. */
  let gone = 0

  function openedArchive(): Archive | null {
    archive ??= open(archiveFile)
    return archive
  }
  function blockOf(seq: number): UnpackedBlock | null {
    const known = blocks.find(seq)
    if (known !== null) return known
    const [packed] = openedArchive()?.look([seq]) ?? []
    return packed === undefined ? null : blocks.unpack(packed)
  }
  const hotStart = () => Number(firstHot.get()?.seq ?? Number.MAX_SAFE_INTEGER)

  /** Chain value before an entry that lies in rows and whose predecessor doesn't. */
  function headBefore(seq: number): string {
    return provedIn(blockOf(seq - 1), seq - 1)?.hash ?? GENESIS
  }

  /** Takes what lies in blocks, up to and without `end`. Gives back the next one, which may be further up. */
  function upBlocks(from: number, end: number, found: SeqText[]): number {
    let seq = from
    while (seq < end) {
      const block = blockOf(seq)
      if (block === null) {
        const first = openedArchive()?.first() ?? null
        if (first === null || first <= seq) return seq
        seq = first
        continue
      }
      for (; seq <= block.last && seq < end; seq++) found.push({ seq, text: block.text(seq) })
    }
    return seq
  }

  return {
    text(seq) {
      const row = seq <= gone ? undefined : read.get(seq)
      if (row !== undefined) return String(row.text)
      const block = blockOf(seq)
      if (block === null) return null
      gone = Math.max(gone, seq)
      return block.text(seq)
    },
    ahead(seqs) {
      const start = hotStart()
      const packed = seqs.filter((seq) => seq < start && blocks.find(seq) === null)
      if (packed.length > 1) blocks.unpackAll(openedArchive()?.look(packed.sort((a, b) => b - a)) ?? [])
    },
    entry(seq) {
      const row = read.get(seq)
      if (row === undefined) return provedIn(blockOf(seq), seq)
      const { text, hash } = storedEntry(row)
      const before = read.get(seq - 1)
      return { ...readEntry(text), hash, prev: before ? storedEntry(before).hash : headBefore(seq) }
    },
    down(from, limit) {
      const found = down.all(from, limit) as unknown as SeqText[]
      let next = (found.at(-1)?.seq ?? from + 1) - 1
      while (found.length < limit && next >= 1) {
        const block = blockOf(next)
        if (block === null) {
          const last = openedArchive()?.last() ?? null
          if (last === null || last.seq >= next) break
          next = last.seq
          continue
        }
        for (; next >= block.first && found.length < limit; next--)
          found.push({ seq: next, text: block.text(next) })
      }
      return found
    },
    up(from, limit) {
      const found: SeqText[] = []
      let seq = Math.max(from, 1)
      for (;;) {
        const start = hotStart()
        seq = upBlocks(seq, Math.min(start, seq + limit - found.length), found)
        if (found.length >= limit) return found
        const rows = up.all(seq, limit - found.length) as unknown as SeqText[]
        // Another thread may have taken rows away since, which by then are in blocks.
        if ((rows[0]?.seq ?? 0) === seq || hotStart() <= seq || blockOf(seq) === null)
          return [...found, ...rows]
      }
    },
    first: () => openedArchive()?.first() ?? (firstHot.get()?.seq as number | null),
    refresh: blocks.forget,
    close: () => archive?.close(),
  }
}

function provedIn(block: UnpackedBlock | null, seq: number): ActivityEntry | null {
  if (block === null) return null
  let prev = hex(block.prev)
  for (let at = block.first; at < seq; at++) prev = chainHash(prev, block.text(at))
  const text = block.text(seq)
  return { ...readEntry(text), hash: chainHash(prev, text), prev }
}
