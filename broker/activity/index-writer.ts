/** Brings the search index up to the log, in batches, from the keeper's thread. */
import type { DatabaseSync } from 'node:sqlite'
import { closes } from './activity-row.ts'
import { inTransaction } from './archive.ts'
import { COMMON, type CommonLimits, mapCommonTerms } from './common-terms.ts'
import { readEntry } from './entry-bytes.ts'
import { dropAll, dropVolume, INDEX_SCHEMA, INDEX_VERSION, makeVolume, mergeVolume } from './index-schema.ts'
import { createTextMaker, type IndexTexts } from './index-texts.ts'
import { createSpanCounts } from './span-counts.ts'
import { VOLUME_ENTRIES, volumeOf } from './volume.ts'

export interface IndexWriter {
  /** The last entry that is in it. */
  indexedTo(): number
  /** Entries in a row, the first after `indexedTo`. */
  add(entries: { seq: number; text: string }[]): void
  /** Ends that lie behind a volume, of what began in it at `from` or later, in order. */
  endsBehind(volume: number, from: number): number[]
  /** Makes one volume anew from the entries that are left of it, and the ends of what began in it (`volume-entries.ts`). */
  rebuild(volume: number, entries: Iterable<{ seq: number; text: string }[]>): void
  /** Merges one volume that is whole and maps what is common in it, if there is one left: about a second, once for each. */
  mergeOne(): void
  /** Forgets everything. */
  reset(): void
  /** Forgets everything up to and including `seq`, by whole volumes. */
  dropUpTo(seq: number): void
  close(): void
}

/** Entries behind its end after which a volume counts as whole: most outcomes of its last intents have come. */
const SETTLED = 2_048

export function createIndexWriter(db: DatabaseSync, common: CommonLimits = COMMON): IndexWriter {
  if (versionOf(db) !== INDEX_VERSION)
    inTransaction(db, () => {
      dropAll(db)
      db.exec(INDEX_SCHEMA)
      db.prepare("INSERT INTO meta (key, value) VALUES ('version', ?)").run(INDEX_VERSION)
    })
  const getMeta = db.prepare('SELECT value FROM meta WHERE key = ?')
  const setMeta = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
  function forgetAll(): void {
    for (const { id } of db.prepare('SELECT id FROM volume').all()) dropVolume(db, Number(id))
    setMeta.run('to', 0)
    setMeta.run('merged', 0)
  }
  const indexedTo = () => Number(getMeta.get('to')?.value ?? 0)
  /** Volumes below this one are merged. */
  const mergedTo = () => Number(getMeta.get('merged')?.value ?? 0)
  const nextVolume = db.prepare('SELECT min(id) AS id FROM volume WHERE id >= ?')
  // All of a batch in one statement: by themselves they would take twice as long.
  const addPairs = db.prepare(
    'INSERT OR REPLACE INTO pair (opener, closer) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
  )
  const endsBehind = db.prepare(
    'SELECT closer FROM pair WHERE opener >= ? AND opener < ? AND closer >= ? ORDER BY closer',
  )
  const addLate = db.prepare('INSERT OR IGNORE INTO late (seq) VALUES (?)')
  const countRows = db.prepare('UPDATE volume SET rows = rows + ? WHERE id = ?')
  const spans = createSpanCounts(db)
  const texts = createTextMaker()

  /** With `only`, what lies outside that volume is passed over, and the index does not move on. */
  function addAll(entries: { seq: number; text: string }[], only: number | null = null): void {
    const rows = new Rows()
    const newRows = new Map<number, number>()
    const pairs: [opener: number, closer: number][] = []
    const mergedBefore = mergedTo()
    for (const { text } of entries) {
      const entry = readEntry(text)
      const closer = closes(entry)
      const seq = closer && entry.ref !== null ? entry.ref : entry.seq
      const volume = volumeOf(seq)
      if (only !== null && volume !== only) continue
      if (closer) rows.add(seq, texts.closer(entry, rows.subjectOf(seq)), null)
      else rows.add(seq, texts.row(entry), entry.subject)
      if (only === null && volume < mergedBefore) addLate.run(seq)
      if (closer) pairs.push([seq, entry.seq])
      else {
        newRows.set(volume, (newRows.get(volume) ?? 0) + 1)
        spans.count(entry)
      }
    }
    rows.write(db)
    addPairs.run(JSON.stringify(pairs))
    for (const [volume, rows] of newRows) countRows.run(rows, volume)
    spans.flush()
    if (only === null) setMeta.run('to', entries.at(-1)?.seq ?? indexedTo())
  }

  function finish(volume: number): void {
    mergeVolume(db, volume)
    mapCommonTerms(db, volume, common)
  }

  return {
    indexedTo,
    add: (entries) => inTransaction(db, () => addAll(entries)),
    endsBehind(volume, from) {
      const next = (volume + 1) * VOLUME_ENTRIES
      return endsBehind.all(from, next, next).map(({ closer }) => Number(closer))
    },
    rebuild(volume, entries) {
      inTransaction(db, () => {
        dropVolume(db, volume)
        for (const batch of entries) addAll(batch, volume)
        if (volume < mergedTo() && nextVolume.get(volume)?.id === volume) finish(volume)
      })
    },
    mergeOne() {
      const volume = nextVolume.get(mergedTo())?.id
      if (volume == null || indexedTo() < (Number(volume) + 1) * VOLUME_ENTRIES + SETTLED) return
      inTransaction(db, () => {
        finish(Number(volume))
        setMeta.run('merged', Number(volume) + 1)
      })
    },
    reset: () => inTransaction(db, forgetAll),
    dropUpTo(seq) {
      inTransaction(db, () => {
        for (const { id } of db.prepare('SELECT id FROM volume WHERE id < ?').all(volumeOf(seq + 1)))
          dropVolume(db, Number(id))
      })
    },
    close: () => db.close(),
  }
}

/** Null for an empty file, or one that is no index. */
function versionOf(db: DatabaseSync): unknown {
  try {
    return db.prepare("SELECT value FROM meta WHERE key = 'version'").get()?.value ?? null
  } catch {
    return null
  }
}

/**
 * What is to be written, by row and in order of rows: an outcome's words go to its intent's row, and FTS5 writes out
 * all that it holds whenever a row number goes back.
 */
class Rows {
  readonly #rows = new Map<number, IndexTexts & { seq: number; subject: string | null }>()

  /** `subject` is that of the row itself; an outcome's row may be one that was written before. */
  add(seq: number, { terms, own }: IndexTexts, subject: string | null): void {
    const row = this.#rows.get(seq)
    if (row === undefined) this.#rows.set(seq, { seq, subject, terms, own })
    else {
      row.subject ??= subject
      row.terms += ` ${terms}`
      row.own += `\n${own}`
    }
  }

  subjectOf(seq: number): string | null {
    return this.#rows.get(seq)?.subject ?? null
  }

  write(db: DatabaseSync): void {
    const inOrder = [...this.#rows.values()].sort((a, b) => a.seq - b.seq)
    for (const [volume, rows] of Map.groupBy(inOrder, ({ seq }) => volumeOf(seq))) {
      makeVolume(db, volume)
      const word = db.prepare(`INSERT INTO word_${volume} (rowid, text) VALUES (?, ?)`)
      const part = db.prepare(`INSERT INTO part_${volume} (rowid, text) VALUES (?, ?)`)
      for (const { seq, terms } of rows) word.run(seq, terms)
      for (const { seq, own } of rows) part.run(seq, own)
    }
  }
}
