/** What a volume of the search index is made anew from. */
import type { EntryReader } from './entry-reader.ts'
import type { IndexWriter } from './index-writer.ts'
import { VOLUME_ENTRIES } from './volume.ts'

type Batch = { seq: number; text: string }[]

/** Entries read at a time. */
const BATCH = 2_048

/**
 * The entries that are left of it, and then the ends of what began in it, however far behind: a program can run for as
 * long as others write a hundred thousand entries. Where these lie only the index that is made anew knows, so they are
 * looked up at once.
 * @param from its first entry that is left
 */
export function entriesFor(
  volume: number,
  parts: {
    from: number
    reader: Pick<EntryReader, 'up'>
    index: Pick<IndexWriter, 'indexedTo' | 'endsBehind'>
  },
): Iterable<Batch> {
  const { from, reader, index } = parts
  const first = Math.max(from, volume * VOLUME_ENTRIES)
  const last = Math.min(index.indexedTo(), (volume + 1) * VOLUME_ENTRIES - 1)
  const ends = index.endsBehind(volume, first)
  return readAll()

  function* readAll(): Generator<Batch> {
    for (let next = first; next <= last; ) {
      const batch = reader.up(next, Math.min(BATCH, last - next + 1)).filter(({ seq }) => seq <= last)
      const newest = batch.at(-1)
      if (newest === undefined) break
      yield batch
      next = newest.seq + 1
    }
    // One that was removed has another in its place.
    const late = ends.flatMap((seq) => reader.up(seq, 1).filter((entry) => entry.seq === seq))
    if (late.length > 0) yield late
  }
}
