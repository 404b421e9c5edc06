/**
 * A log that can't be opened (no space, a read-only folder, a folder that is gone) must not keep the app from starting:
 * this stands in its place, refuses every append, and tries again. What listens is kept and joined when it opens.
 */
import { LogUnavailable, type VerifyReport } from '../../contract/activity.ts'
import { sentenceOf } from './log-writer.ts'
import { type ActivityLogOptions, type OpenActivityLog, openActivityLog } from './open-activity-log.ts'

/** Between two attempts, in ms. */
const RETRY_MS = 1_000

/** Opens the log, now or as soon as it can be. Never throws. */
export function keepOpeningLog(given: ActivityLogOptions): OpenActivityLog {
  let options = given
  const joins = new Set<(log: OpenActivityLog) => void>()
  let log: OpenActivityLog | null = null
  let text = ''
  let triedAt = Number.NEGATIVE_INFINITY

  function opened(): OpenActivityLog | null {
    if (log !== null || performance.now() - triedAt < RETRY_MS) return log
    triedAt = performance.now()
    try {
      log = openActivityLog(options)
      for (const join of joins) join(log)
    } catch (error) {
      text = sentenceOf(error)
      options.onFault?.(error)
    }
    return log
  }
  function need(): OpenActivityLog {
    const open = opened()
    if (open === null) throw new LogUnavailable(text)
    return open
  }
  /** Listens now, or from the moment it opens. */
  function listen(subscribe: (log: OpenActivityLog) => () => void): () => void {
    let leave = () => {}
    const join = (open: OpenActivityLog) => {
      leave = subscribe(open)
    }
    if (log !== null) join(log)
    else joins.add(join)
    return () => {
      joins.delete(join)
      leave()
    }
  }

  opened()
  return {
    append: (entry) => need().append(entry),
    stage: (entry) => need().stage(entry),
    commit: async () => need().commit(),
    sync: async () => need().sync(),
    query: (query) => opened()?.query(query) ?? { rows: [], total: 0 },
    visit: async (filter, fn) => opened()?.visit(filter, fn),
    entry: (seq) => opened()?.entry(seq) ?? null,
    entryAlone: (seq) => opened()?.entryAlone(seq) ?? null,
    entriesAfter: (after, limit) => opened()?.entriesAfter(after, limit) ?? [],
    export: (request) => opened()?.export(request) ?? { text: '', next: null },
    timeline: (query) => opened()?.timeline(query) ?? [],
    inTurns: {
      query: async (query) => opened()?.inTurns.query(query) ?? { rows: [], total: 0 },
      entry: async (seq) => opened()?.inTurns.entry(seq) ?? null,
      export: async (request) => opened()?.inTurns.export(request) ?? { text: '', next: null },
      timeline: async (query) => opened()?.inTurns.timeline(query) ?? [],
    },
    offTimes: (since, until) => opened()?.offTimes(since, until) ?? [],
    verify: async (how) => opened()?.verify(how) ?? notOpen(text),
    onRow: (fn) => listen((open) => open.onRow(fn)),
    onEntry: (fn) => listen((open) => open.onEntry(fn)),
    state: () => opened()?.state() ?? { state: 'failing', entries: 0, text },
    head: () => need().head(),
    openedAt: () => opened()?.openedAt() ?? 0,
    id: () => opened()?.id() ?? '',
    compare: (known) => opened()?.compare(known),
    accept: async (by) => need().accept(by),
    sealWith(signer) {
      options = { ...options, seal: signer }
      log?.sealWith(signer)
    },
    sealNow: async (kind) => need().sealNow(kind),
    sealState: () => opened()?.sealState() ?? { signed: false, at: null, seq: null },
    removeOld: async (keep) => need().removeOld(keep),
    redact: async (seqs, by) => need().redact(seqs, by),
    catchUp: async () => opened()?.catchUp(),
    close: async () => log?.close(),
  }
}

const notOpen = (text: string): VerifyReport => ({
  ok: false,
  entries: 0,
  firstBad: { seq: 1, what: 'unreadable', text: `The log can’t be opened: ${text}` },
  head: null,
  sealedTo: null,
  gaps: [],
  byBlocks: null,
  ms: 0,
})
