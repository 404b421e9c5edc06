/**
 * The keeper: works behind the log on a thread of its own, so that appends stay small. It brings the index up to date,
 * packs what has grown old, takes the WAL into the database, and rewrites or removes what redaction and retention say.
 * It never writes to the file that is appended to, except by checkpoint, and so never holds up an append.
 */
import { chmodSync, existsSync, readlinkSync, rmSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { BLOCK_ENTRIES, hex, makeBlocks, openArchive } from './archive.ts'
import { chainHash, GENESIS } from './chain.ts'
import { createEntryReader, type SeqText } from './entry-reader.ts'
import { isDamaged } from './index-schema.ts'
import { createIndexWriter } from './index-writer.ts'
import type { KeeperOrder, KeeperReport, KeeperStart } from './keeper-messages.ts'
import { VOLUME_ENTRIES, volumeOf } from './volume.ts'
import { entriesFor } from './volume-entries.ts'

const BATCH = 4_096
/** Rounds of a checkpoint at most, and pages of the write-ahead log that may be left by it. */
const ROUNDS = 4
const FRAMES_LEFT = 256
/** Niceness of this thread, where the system has one for each thread: what is kept here can wait, a call can't. */
const NICENESS = 10
const { files } = workerData as KeeperStart
yieldToOthers()
const hot = new DatabaseSync(files.hot, { timeout: 5_000 })
const archive = openArchive(files.archive)
let { indexDb, index } = openIndex()
chmodSync(files.archive, 0o600)
const reader = createEntryReader(hot, files.archive)

function openIndex() {
  const indexDb = new DatabaseSync(files.index, { timeout: 5_000 })
  try {
    indexDb.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
    // Words of what was removed or redacted must not stay behind in free pages.
    indexDb.exec('PRAGMA secure_delete = ON')
    chmodSync(files.index, 0o600)
    return { indexDb, index: createIndexWriter(indexDb) }
  } catch (error) {
    indexDb.close()
    // Whoever reads it could not open it either, so nobody has it open.
    if (!isDamaged(error) || !removeIndex()) throw error
    return openIndex()
  }
}
/** False when there was none. */
function removeIndex(): boolean {
  const was = existsSync(files.index)
  for (const part of ['', '-wal', '-shm']) rmSync(files.index + part, { force: true })
  return was
}

function obey(order: KeeperOrder, report: (report: KeeperReport) => void): void {
  const { id } = order
  switch (order.do) {
    case 'catch-up':
      catchUp(order, {
        packed: (to) => report({ id, done: 'packed', to }),
        indexed: (to) => report({ id, done: 'indexed', to }),
      })
      index.mergeOne()
      takeIn()
      break
    case 'remove':
      remove(order.upTo)
      takeIn()
      break
    case 'redact':
      redact(order.texts)
      takeIn()
      break
    case 'index-anew':
      // Who gave the order has closed it: the last one to close an old file takes the write-ahead log of the new one along.
      indexDb.close()
      removeIndex()
      ;({ indexDb, index } = openIndex())
      report({ id, done: 'index-anew' })
      break
    case 'end':
      takeIn()
      // Who only reads closes first: the last one takes the write-ahead log in, and away.
      for (const open of [reader, index, archive, hot]) open.close()
      break
  }
  report({ id, done: 'finished' })
}

/**
 * What is packed is indexed from the same reading: once packed, rows leave, and would have to be unpacked again. What
 * keeps the index from being written does not keep rows from being packed.
 */
function catchUp(
  { packTo, indexTo }: { packTo: number; indexTo: number },
  report: { packed(to: number): void; indexed(to: number): void },
): void {
  let fault: { error: unknown } | null = null
  const trying = (work: () => void) => {
    try {
      if (fault === null) work()
    } catch (error) {
      fault = { error }
    }
  }
  trying(checkIndex)
  for (const rows of pack(packTo)) {
    report.packed(rows.at(-1)?.seq ?? 0)
    trying(() => {
      const next = index.indexedTo() + 1
      // None of them where it has not come so far: then what lies before them comes first.
      const isReached = (rows[0]?.seq ?? 0) <= next
      const wanted = isReached ? rows.filter(({ seq }) => seq >= next && seq <= indexTo) : []
      if (wanted.length > 0) addToIndex(wanted, report.indexed)
    })
  }
  trying(() => {
    // It may reach further than who gives orders knows.
    if (index.indexedTo() > indexTo) report.indexed(index.indexedTo())
    while (indexSome(indexTo, report.indexed));
  })
  if (fault !== null) throw (fault as { error: unknown }).error
}

/** A log that was set back has an index of entries that are no more. */
function checkIndex(): void {
  const head = Number(hot.prepare('SELECT max(seq) AS seq FROM entry').get()?.seq ?? 0)
  if (index.indexedTo() > head) index.reset()
}

/** False when the index reaches `indexTo`. */
function indexSome(indexTo: number, report: (to: number) => void): boolean {
  const from = index.indexedTo() + 1
  const batch = reader.up(from, Math.min(BATCH, indexTo + 1 - from))
  if (batch.length > 0) addToIndex(batch, report)
  return batch.length > 0
}
function addToIndex(batch: SeqText[], report: (to: number) => void): void {
  index.add(batch)
  report(batch.at(-1)?.seq ?? 0)
}

/** From the write-ahead logs into the files: of the newest without holding up whoever appends, of the others whole. */
function takeIn(): void {
  // What is appended during one round is taken in by the next, so that little is left for the thread that appends.
  for (let round = 0; round < ROUNDS; round++) {
    const { log, checkpointed } = hot.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {}
    if (Number(log) - Number(checkpointed) < FRAMES_LEFT) break
  }
  for (const db of [archive.db, indexDb]) db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

/** Copies whole blocks of the oldest rows, the newest `packTo`; gives what it has copied. */
function* pack(packTo: number): Generator<SeqText[]> {
  const rows = hot.prepare(
    'SELECT seq, hash, text FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
  )
  rows.setReturnArrays(true)
  let last = archive.last() ?? startOfRows()
  for (;;) {
    const read = rows.all(last.seq, packTo, BATCH) as unknown as [number, Uint8Array, string][]
    const whole = read
      .slice(0, read.length - (read.length % BLOCK_ENTRIES))
      .map(([seq, hash, text]) => ({ seq, hash: hex(hash), text }))
    const end = whole.at(-1)
    if (end === undefined) return
    archive.add(makeBlocks(whole, last.hash))
    yield whole
    last = end
  }
}

/** Where the first rows go on from while nothing is packed. */
function startOfRows(): { seq: number; hash: string } {
  const cut = hot.prepare("SELECT value FROM meta WHERE key = 'start'").get()?.value
  return cut === undefined
    ? { seq: 0, hash: GENESIS }
    : (JSON.parse(String(cut)) as { seq: number; hash: string })
}

function remove(upTo: number): void {
  archive.removeUpTo(upTo)
  archive.db.exec('PRAGMA incremental_vacuum')
  reader.refresh()
  index.dropUpTo(upTo)
  const first = reader.first()
  if (first !== null && index.indexedTo() >= first) rebuild(volumeOf(first), first)
}

/** Puts texts in the place of others whose chain value they carry on, and makes the index forget the words. */
function redact(texts: [number, string][]): void {
  const volumes = new Set<number>()
  for (const [seq, text] of texts) {
    volumes.add(volumeOf(seq))
    const block = archive.find(seq)
    if (block === null) continue
    block.texts[seq - block.first] = text
    const head = block.texts.reduce(chainHash, block.prev)
    if (head !== block.head) throw new Error(`Entry ${seq} could not be redacted: it would break the chain.`)
    archive.replace(block)
  }
  reader.refresh()
  for (const volume of volumes) rebuild(volume, volume * VOLUME_ENTRIES)
}

function rebuild(volume: number, from: number): void {
  index.rebuild(volume, entriesFor(volume, { from, reader, index }))
}

parentPort?.on('message', (order: KeeperOrder) => {
  const report = (report: KeeperReport) => parentPort?.postMessage(report)
  try {
    reader.refresh()
    obey(order, report)
  } catch (error) {
    report({
      id: order.id,
      done: 'failed',
      damaged: isDamaged(error),
      text: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }
  if (order.do === 'end') parentPort?.close()
})

/** Linux counts a thread's niceness for itself; elsewhere it would be the whole process's. */
function yieldToOthers(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), NICENESS)
  } catch {
    // It works beside the others, then.
  }
}
