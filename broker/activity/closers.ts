/** What closed a row, as a search needs it: in the tail, or by the index, which is asked for several at once. */
import type { EntryFields } from './entry-bytes.ts'
import type { QueryParts } from './query-rows.ts'

export interface Closers {
  /** What closed this row. */
  of(seq: number): EntryFields | null
  /** These rows will be read next, and what closed them, or the rows alone. */
  ahead(seqs: number[], alone: boolean): void
}

/** @param tail what closes something in the tail, by what it closes */
export function createClosers(
  { index, read, ahead }: Pick<QueryParts, 'index' | 'read' | 'ahead'>,
  tail: ReadonlyMap<number, EntryFields>,
): Closers {
  let asked = new Set<number>()
  let found = new Map<number, number>()
  return {
    of(seq) {
      const near = tail.get(seq)
      if (near !== undefined) return near
      const closer = asked.has(seq) ? found.get(seq) : index.closerOf(seq)
      return closer == null ? null : read(closer)
    },
    ahead(seqs, alone) {
      asked = new Set(alone ? [] : seqs)
      found = alone ? new Map() : index.closersOf(seqs)
      ahead([...seqs, ...found.values()])
    },
  }
}
