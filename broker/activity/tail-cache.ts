/** What the index has not reached, parsed once and kept until it has. */
import { type EntryFields, readEntry } from './entry-bytes.ts'
import type { EntryReader } from './entry-reader.ts'
import type { LogWriter } from './log-writer.ts'

export interface TailCache {
  /** Entries behind `seq`, the newest first. */
  after(seq: number): readonly EntryFields[]
  /** Entries were rewritten. */
  clear(): void
}

/** An index that is being made anew leaves more than that unread for a while; the newest count. */
const TAIL_LIMIT = 20_000

export function createTailCache(reader: EntryReader, writer: LogWriter): TailCache {
  let newestFirst: EntryFields[] = []
  /** Everything behind this one is kept. */
  let keptFrom = 0
  return {
    after(seq) {
      const head = writer.lastSeq()
      const floor = Math.max(seq, head - TAIL_LIMIT)
      // An index that is made anew reaches less far than it did.
      if (floor < keptFrom) newestFirst = []
      keptFrom = floor
      const have = newestFirst[0]?.seq ?? 0
      const fresh = reader
        .down(head, Math.min(head - Math.max(have, floor), TAIL_LIMIT))
        .map(({ text }) => readEntry(text))
      newestFirst = [...fresh, ...newestFirst.filter((entry) => entry.seq > floor)]
      return newestFirst
    },
    clear() {
      newestFirst = []
    },
  }
}
