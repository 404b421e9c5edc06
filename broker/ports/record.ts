/** The activity log, as every room sees it. */
import type {
  ActivityEntry,
  ActivityQuery,
  ActivityRow,
  NewEntry,
  VerifyReport,
} from '../../contract/activity.ts'

/** What an entry is asked to be; without any of these, all are. */
export type EntryFilter = {
  [K in 'principalId' | 'runId' | 'tool' | 'capability' | 'kinds' | 'decision' | 'since' | 'until']?:
    | ActivityQuery[K]
    | undefined
}

export interface ActivityLog {
  /** Written before it returns: survives the death of any process, not a power cut. Throws `LogUnavailable` when the log can't take it (disk full, read-only). */
  append(entry: NewEntry): { seq: number; at: number }
  /**
   * Takes its place in the chain now, and is written with the next append or commit, a few milliseconds later at the
   * latest. Throws `LogUnavailable` while the log can't take anything, but for an entry that ends what had begun: that
   * one is kept until it can be written.
   */
  stage(entry: NewEntry): { seq: number; at: number }
  /** Resolves when everything staged so far is written, with one commit for all who ask at the same time. Rejects with `LogUnavailable`. */
  commit(): Promise<void>
  /** Resolves when everything appended or staged so far is on the disk (group commit). Rejects with `LogUnavailable`. */
  sync(): Promise<void>
  query(query: ActivityQuery): { rows: ActivityRow[]; total: number }
  /**
   * Shows each entry that fits, the newest first, until `fn` says false: a few milliseconds in each turn of the loop, so
   * that a long past holds up nothing. An effect and what came of it are two entries.
   */
  visit(filter: EntryFilter, fn: (entry: Omit<ActivityEntry, 'hash' | 'prev'>) => boolean): Promise<void>
  entry(seq: number): { entry: ActivityEntry; related: ActivityEntry[] } | null
  verify(how?: { everyEntry?: boolean | undefined }): Promise<VerifyReport>
  /** Called after each append with the row as it now stands. */
  onRow(fn: (row: ActivityRow) => void): () => void
  state(): { state: 'ok' | 'failing'; entries: number; text: string }
}
