/**
 * Where entries lie that an export with words or filters may want, by the index, the oldest first: rows that may fit, and
 * what closed them. The index says them the newest first, so it is asked for a stretch at a time, a longer one where it
 * finds little. Whoever asks reads them and decides.
 */
import type { IndexReader } from '../index-reader.ts'
import type { Asked } from '../index-search.ts'

export interface WantedPlaces {
  index: Pick<IndexReader, 'find' | 'closerOf' | 'openAt'>
  asked: Asked
  /** Rows whose end is not in the index: its words may make them fit. */
  late: readonly number[]
}

/** Entries of the first stretch, and numbers in one after which the next is no longer. */
const STRETCH = 2_048
const ENOUGH = 64
/** Stretches grow up to this. */
const LONGEST = 131_072

/** Each once, rising, from behind `after` up to `to`. Null is a place to stop at. */
export function* findWanted(
  { index, asked, late }: WantedPlaces,
  after: number,
  to: number,
): Generator<number | null, void> {
  const ends = new Set<number>()
  for (const closer of index.openAt(after)) {
    if (closer === null) yield null
    else if (closer <= to) ends.add(closer)
  }
  let length = STRETCH
  for (let from = after + 1; from <= to; ) {
    const end = Math.min(to, from + length - 1)
    const rows = new Set(late.filter((seq) => seq >= from && seq <= end))
    for (const found of index.find(asked, end, from, () => true)) {
      yield null
      if (typeof found !== 'number') rows.add(found.seq)
    }
    for (const row of rows) {
      const closer = index.closerOf(row)
      if (closer !== null && closer <= to) ends.add(closer)
    }
    const due = [...ends].filter((seq) => seq <= end)
    for (const seq of due) ends.delete(seq)
    yield* [...new Set([...rows, ...due])].sort((a, b) => a - b)
    if (rows.size < ENOUGH) length = Math.min(LONGEST, 4 * length)
    from = end + 1
  }
}
