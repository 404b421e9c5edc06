/**
 * The log's questions: searching, one entry with what belongs to it, the timeline, exports. Each is worked in steps, at
 * once or in turns of the loop, so that a long log does not hold up the gate. What an index that was damaged can't
 * answer is read, and the index is made anew.
 */
import { hostname } from 'node:os'
import { ActivityQuery } from '../../contract/activity.ts'
import type { ActivityLog } from '../ports.ts'
import { closes } from './activity-row.ts'
import { type EntryFields, readEntry } from './entry-bytes.ts'
import type { EntryReader } from './entry-reader.ts'
import { type ExportRequest, exportPage, timesBetween } from './export/export-page.ts'
import type { RowFollower } from './follow-rows.ts'
import { atOnce, type InSteps, inTurns } from './in-turns.ts'
import type { IndexReader } from './index-reader.ts'
import { isDamaged } from './index-schema.ts'
import type { LogWriter } from './log-writer.ts'
import { type QueryParts, queryRows } from './query-rows.ts'
import { readRelated } from './read-related.ts'
import type { TailCache } from './tail-cache.ts'
import { drawTimeline, type TimelineLane } from './timeline.ts'
import { visitEntries } from './visit-entries.ts'

export interface TimelineRequest {
  since: number
  until: number
  buckets: number
}
/** A page of the log in another form, the oldest first; `next` is the `after` of the next page, or null. */
export interface ExportedPage {
  text: string
  next: number | null
}
/** A few milliseconds in each turn of the loop. */
export interface InTurns {
  query(query: Parameters<ActivityLog['query']>[0]): Promise<ReturnType<ActivityLog['query']>>
  entry(seq: number): Promise<ReturnType<ActivityLog['entry']>>
  timeline(query: TimelineRequest): Promise<TimelineLane[]>
  export(request: ExportRequest): Promise<ExportedPage>
}
export interface LogQuestions extends Pick<ActivityLog, 'query' | 'visit' | 'entry'> {
  timeline(query: TimelineRequest): TimelineLane[]
  export(request: ExportRequest): ExportedPage
  readonly inTurns: InTurns
}

export interface AskedParts {
  writer: LogWriter
  reader: EntryReader
  index: IndexReader
  tail: TailCache
  rows: RowFollower
  productVersion: string
  /** False when it was done before: then it is the log itself that is damaged. */
  beginIndexAnew(): boolean
  onFault(error: unknown): void
}

export function createLogQuestions(parts: AskedParts): LogQuestions {
  const { writer, reader, index, tail, rows, productVersion, beginIndexAnew, onFault } = parts

  const read = (seq: number): EntryFields | null => {
    const text = reader.text(seq)
    return text === null ? null : readEntry(text)
  }
  const { ahead } = reader
  const down = (from: number, limit: number) => reader.down(from, limit).map(({ text }) => readEntry(text))
  /** How far the index is, and what is behind it: taken together, since the keeper goes on meanwhile. */
  const now = (): QueryParts => {
    writer.flush()
    const to = index.indexedTo()
    return { index, indexedTo: to, tail: tail.after(to), down, read, ahead, rowCount: rows.rowCount() }
  }

  const ask = {
    query: (query: Parameters<ActivityLog['query']>[0]) => queryRows(now(), ActivityQuery.parse(query)),
    entry(seq: number) {
      writer.flush()
      return readRelated({ reader, index, tail }, seq)
    },
    timeline: (query: TimelineRequest) => drawTimeline(now(), query),
    export(request: ExportRequest) {
      const { indexedTo: to, tail: behind } = now()
      const closers = new Map(behind.filter(closes).map(({ ref, seq }) => [ref, seq]))
      const closerOf = (seq: number) => closers.get(seq) ?? (seq <= to ? index.closerOf(seq) : null)
      const source = { productVersion, hostname: hostname() }
      const between = timesBetween(index, to, request)
      const lastSeq = writer.lastSeq()
      return exportPage({ reader, closerOf, lastSeq, between, source, index, tail: behind }, request)
    },
  }

  function whole<T>(work: () => InSteps<T>): T {
    try {
      return atOnce(work())
    } catch (error) {
      if (!isDamaged(error) || !beginIndexAnew()) throw error
      onFault(error)
      return atOnce(work())
    }
  }
  async function bitByBit<T>(work: () => InSteps<T>): Promise<T> {
    try {
      return await inTurns(work())
    } catch (error) {
      if (!isDamaged(error) || !beginIndexAnew()) throw error
      onFault(error)
      return inTurns(work())
    }
  }

  return {
    query: (query) => whole(() => ask.query(query)),
    entry: (seq) => whole(() => ask.entry(seq)),
    timeline: (query) => whole(() => ask.timeline(query)),
    export: (request) => whole(() => ask.export(request)),
    visit: (filter, fn) => bitByBit(() => visitEntries(now(), filter, fn)),
    inTurns: {
      query: (query) => bitByBit(() => ask.query(query)),
      entry: (seq) => bitByBit(() => ask.entry(seq)),
      timeline: (query) => bitByBit(() => ask.timeline(query)),
      export: (request) => bitByBit(() => ask.export(request)),
    },
  }
}
