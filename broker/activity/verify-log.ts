/**
 * Verifies a log file, on several threads, also while nothing else has it open: what `sallyport log verify` and the
 * app's Verify button run. It needs no more than the files, and the public key that must have sealed them.
 */
import { existsSync, statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { VerifyReport } from '../../contract/activity.ts'
import { hex, openArchiveForReading } from './archive.ts'
import type { ChainPoint } from './check-chain.ts'
import { readEntry } from './entry-bytes.ts'
import { createEntryReader } from './entry-reader.ts'
import { judgeLog, type Stray, type Verdict } from './judge-log.ts'
import { workerUrl } from './keeper.ts'
import { type LogFiles, logFiles } from './log-files.ts'
import { findForeign } from './log-shape.ts'
import { offTimes } from './off-times.ts'
import { openForReading, readable } from './open-for-reading.ts'
import { readPublicKey } from './seals.ts'
import { type PartResult, type PartsOrder, type Stretch, verifyParts } from './verify-part.ts'

export interface VerifyOptions {
  /** Keys that may have sealed the log, this computer's first. Without one nothing counts as sealed. */
  publicKeys?: (Uint8Array | string)[]
  /** Heads that were kept elsewhere; the log must reach and continue each. */
  heads?: ChainPoint[]
  /** The id by which the log is known beside it. */
  id?: string | null
  /** The calling thread does its share of the work itself, and is held up by it. */
  blocking?: boolean
  /** 0 does all the work on the calling thread. */
  threads?: number
}

/** Never throws: a log that can't be read is a report, too. `file` is `activity.db`. */
export async function verifyFile(file: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const start = performance.now()
  const verdict = await verdictOf(logFiles(file), options).catch((error: unknown) => unreadable(error))
  return { ...verdict, ms: performance.now() - start }
}

async function verdictOf(
  files: LogFiles,
  options: VerifyOptions,
): Promise<Verdict & Pick<VerifyReport, 'gaps'>> {
  const { heads = [], threads = 2 } = options
  if (!existsSync(files.hot)) throw new Error(`There is no log at ${files.hot}.`)
  refuseWhatIsNoFile(files)
  const strays = findStrays(files)
  const start = readStart(files)
  const wanted = [...heads, ...strays, ...(start ? [start] : [])].flatMap(({ seq }) => [seq, seq - 1])
  const stretches = divide(files, Math.max(1, threads))
  const order = { files, stretches, next: new SharedArrayBuffer(4), wanted }
  const here = options.blocking || threads === 0 ? 1 : 0
  const apart = Math.min(threads, stretches.length) - here
  const waiting = Promise.all(Array.from({ length: Math.max(0, apart) }, () => verifyInThread(order)))
  const own = here === 1 ? verifyParts(order) : new Map<number, PartResult>()
  const done = new Map([own, ...(await waiting)].flatMap((some) => [...some]))
  const parts = stretches.flatMap((_, n) => done.get(n) ?? [])
  const beside = openBeside(files)
  try {
    const ids = { own: beside.id, known: options.id ?? null }
    const keys = (options.publicKeys ?? []).map(readPublicKey)
    return { ...judgeLog({ parts, heads, keys, strays, start, ids, ...beside }), gaps: beside.gaps }
  } finally {
    beside.close()
  }
}

/** Opening a pipe in the place of a file would wait without end for somebody to write to it. */
function refuseWhatIsNoFile({ hot, archive }: LogFiles): void {
  for (const file of [hot, archive].flatMap((base) => [base, `${base}-wal`, `${base}-shm`])) {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found !== undefined && !found.isFile()) throw new Error(`${file} is no file.`)
  }
}

/** Stretches for each thread: one that starts late, or gets less of the processor, takes fewer. */
const EACH = 8
const BLOCKS_AT_LEAST = 64

/** Stretches of about as many blocks each; the last goes on through the rows. */
function divide(files: LogFiles, threads: number): Stretch[] {
  const whole = { fromSeq: 0, toSeq: Number.MAX_SAFE_INTEGER, withRows: true }
  const archive = threads === 1 ? null : openArchiveForReading(files.archive)
  if (archive === null) return [whole]
  try {
    const count = Number(archive.db.prepare('SELECT count(*) AS n FROM block').get()?.n)
    const parts = Math.min(EACH * threads, Math.floor(count / BLOCKS_AT_LEAST))
    if (parts < 2) return [whole]
    const nth = archive.db.prepare('SELECT last FROM block ORDER BY last LIMIT 1 OFFSET ?')
    const ends = Array.from({ length: parts - 1 }, (_, n) =>
      Number(nth.get(Math.floor(((n + 1) * count) / parts))?.last),
    )
    return [...ends, Number.MAX_SAFE_INTEGER].map((toSeq, n) => ({
      fromSeq: n === 0 ? 0 : (ends[n - 1] ?? 0) + 1,
      toSeq,
      withRows: n === parts - 1,
    }))
  } finally {
    archive.close()
  }
}

function verifyInThread(order: PartsOrder): Promise<Map<number, PartResult>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl('verify'), { workerData: order, execArgv: [] })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('A thread that verified the log ended.')))
  })
}

/** What lies beside the chain and tells where to look in it. */
function openBeside(files: LogFiles) {
  const hot = openForReading(files.hot)
  const reader = createEntryReader(hot, files.archive)
  const cuts = hot.prepare(`SELECT ${readable('seq')}, hash, ${readable('entry')} FROM cut`).all() as {
    seq: number
    hash: string
    entry: number
  }[]
  const redactions = hot.prepare(`SELECT ${readable('seq')}, ${readable('entry')} FROM redaction`).all() as {
    seq: number
    entry: number
  }[]
  const id = hot.prepare("SELECT value FROM meta WHERE key = 'log'").get()?.value
  return {
    id: id === undefined ? null : String(id),
    foreign: findForeign(files),
    gaps: offTimes(hot, 0, Number.MAX_SAFE_INTEGER, GAP_MS).slice(-GAPS),
    cuts,
    redactions: new Map(redactions.map(({ seq, entry }) => [seq, entry])),
    read(seq: number) {
      try {
        const text = reader.text(seq)
        return text === null ? null : readEntry(text)
      } catch {
        // What can't be read tells of nothing; where it stands is named by the walk.
        return null
      }
    },
    close() {
      reader.close()
      hot.close()
    },
  }
}

/** Between two beats of a minute; and how many are told. */
const GAP_MS = 120_000
const GAPS = 50

/** Rows under numbers that the archive holds, or that no entry has. */
function findStrays(files: LogFiles): Stray[] {
  const archive = openArchiveForReading(files.archive)
  const packedTo = archive?.last()?.seq ?? 0
  archive?.close()
  const hot = openForReading(files.hot)
  try {
    const rows = hot
      .prepare(`SELECT ${readable('seq')}, hash, text FROM entry WHERE entry.seq <= ?`)
      .all(packedTo)
    return rows.map(({ seq, hash, text }) => ({ seq: Number(seq), hash: hex(hash), text: String(text) }))
  } finally {
    hot.close()
  }
}

/** A start that can't be read is one that nothing tells of. */
function readStart(files: LogFiles): ChainPoint | null {
  const hot = openForReading(files.hot)
  try {
    const text = hot.prepare("SELECT value FROM meta WHERE key = 'start'").get()?.value
    if (text === undefined) return null
    const { seq, hash } = JSON.parse(String(text)) as Partial<ChainPoint>
    return Number.isSafeInteger(seq) ? { seq: Number(seq), hash: String(hash) } : { seq: 0, hash: '' }
  } catch {
    return { seq: 0, hash: '' }
  } finally {
    hot.close()
  }
}

function unreadable(error: unknown): Verdict & Pick<VerifyReport, 'gaps'> {
  const text = `The log can’t be read: ${error instanceof Error ? error.message : String(error)}`
  return {
    ok: false,
    entries: 0,
    firstBad: { seq: 1, what: 'unreadable', text },
    head: null,
    sealedTo: null,
    gaps: [],
  }
}
