/**
 * Verifies a log file, on several threads, also while nothing else has it open: what `sallyport log verify` and the
 * app's Verify button run. It needs no more than the files, and the public key that must have sealed them.
 */
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { VerifyReport } from '../../contract/activity.ts'
import { hex, openArchiveAsItLies } from './archive.ts'
import type { ChainPoint } from './check-chain.ts'
import { cutStretches } from './cut-stretches.ts'
import { readEntry } from './entry-bytes.ts'
import { createEntryReader } from './entry-reader.ts'
import { refuseNewer } from './hot-store.ts'
import { judgeLog, type Stray, type Verdict } from './judge-log.ts'
import { workerUrl } from './keeper.ts'
import { type LogFiles, logFiles } from './log-files.ts'
import { findForeign } from './log-shape.ts'
import { offTimes } from './off-times.ts'
import { isQuiet, openAsItLies, readable } from './open-for-reading.ts'
import { type BlockList, isSame, joinBlocks, newestProof, type Proof } from './proved-blocks.ts'
import { readPublicKey, readSeals } from './seals.ts'
import { unreadable } from './unreadable-log.ts'
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
  /** A thread takes so many entries at once at least, where there is more than one thread. */
  entriesEach?: number
  /** Every entry is computed anew, whatever a seal says of the archive. */
  everyEntry?: boolean
  /** Blocks are told although no seal spoke of any: the caller seals. */
  digests?: boolean
  /** The time, epoch ms: what a seal says of the archive counts for a week. */
  now?: number
}

/** Never throws: a log that can't be read is a report, too. `file` is `activity.db`. */
export async function verifyFile(file: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  return (await verifyForSeal(file, options)).report
}

/** With what a seal may say of the archive from then on; null when the log is not in order. */
export async function verifyForSeal(
  file: string,
  options: VerifyOptions = {},
): Promise<{ report: VerifyReport; blocks: BlockList | null }> {
  const start = performance.now()
  const { blocks, ...verdict } = await verdictOf(logFiles(file), options).catch(unreadable)
  return { report: { ...verdict, ms: performance.now() - start }, blocks: verdict.ok ? blocks : null }
}

export type Judged = Verdict & Pick<VerifyReport, 'gaps' | 'byBlocks'> & { blocks: BlockList | null }

/**
 * Blocks that the newest seal's statement proves are not walked again. When anything is not as it says, or not as it
 * should be, it counts for nothing: all is walked, and what is wrong is named by that.
 */
async function verdictOf(files: LogFiles, options: VerifyOptions): Promise<Judged> {
  refuseWhatIsNoFile(files)
  const quiet = isQuiet(files)
  const verdict = await verdictBy(files, options)
  // Somebody opened it meanwhile: what was read then may have been half of the old and half of the new.
  return verdict.ok || !quiet || isQuiet(files) ? verdict : verdictBy(files, options)
}

async function verdictBy(files: LogFiles, options: VerifyOptions): Promise<Judged> {
  refuseWhatIsNewer(files)
  const proof = options.everyEntry ? null : findProof(files, options)
  const short = proof === null ? null : await judged(files, options, proof).catch(() => null)
  return short?.ok ? short : judged(files, options, null).catch(unreadable)
}

/**
 * For so long a seal's statement counts after every entry of it was computed anew: the digest is as good as the key, the
 * chain as good as any head that was kept of it.
 */
const COUNTS_MS = 7 * 86_400_000

/** Only this computer's present key counts: one that was given up may be in other hands. */
function findProof(files: LogFiles, options: VerifyOptions): Proof | null {
  const { publicKeys: [key] = [], now = Date.now() } = options
  if (key === undefined) return null
  const hot = openAsItLies(files, 'hot')
  try {
    const proof = newestProof(readSeals(hot), readPublicKey(key))
    const age = proof === null ? -1 : now - proof.said.at
    return age >= 0 && age < COUNTS_MS ? proof : null
  } catch {
    // What can't be read is named by the walk.
    return null
  } finally {
    hot.close()
  }
}

/** Throws when the blocks are not those that the proof is of. */
async function judged(files: LogFiles, options: VerifyOptions, proof: Proof | null): Promise<Judged> {
  const { heads = [], threads = 2, now = Date.now(), entriesEach } = options
  const strays = findStrays(files)
  const start = readStart(files)
  const points = [...heads, ...strays, ...(start ? [start] : [])].flatMap(({ seq }) => [seq, seq - 1])
  const provedTo = proof?.said.last ?? 0
  const { stretches, useful } = cutStretches(files, Math.max(1, threads), { provedTo, entriesEach })
  // A redacted entry is looked at each time: another one must tell of it.
  const wanted = proof === null ? points : [...points, ...readRedactions(files).keys()]
  const digests = proof !== null || options.digests === true
  const order = { files, stretches, next: new SharedArrayBuffer(4), wanted, digests }
  const here = options.blocking || threads === 0 ? 1 : 0
  const apart = Math.min(threads, useful) - here
  const waiting = Promise.all(Array.from({ length: Math.max(0, apart) }, () => verifyInThread(order)))
  const own = here === 1 ? verifyParts(order) : new Map<number, PartResult>()
  const done = new Map([own, ...(await waiting)].flatMap((some) => [...some]))
  const parts = stretches.flatMap((_, n) => done.get(n) ?? [])
  if (proof !== null && !holds(proof, parts, stretches)) throw new Error('The seal speaks of other blocks.')
  const beside = openBeside(files)
  try {
    const ids = { own: beside.id, known: options.id ?? null }
    const keys = (options.publicKeys ?? []).map(readPublicKey)
    const verdict = judgeLog({ parts, heads, keys, strays, start, ids, ...beside })
    const { gaps } = beside
    if (proof === null)
      return { ...verdict, gaps, byBlocks: null, blocks: digests ? blocksOf(parts, now) : null }
    const { said } = proof
    const byBlocks = { entries: said.last - said.first + 1, at: said.at }
    return { ...verdict, gaps, byBlocks, blocks: blocksOf(parts, said.at) }
  } finally {
    beside.close()
  }
}

const blocksOf = (parts: PartResult[], at: number): BlockList | null =>
  joinBlocks(
    parts.map(({ blocks }) => blocks),
    parts.flatMap(({ redacted }) => redacted.map(({ seq }) => seq)),
    at,
  )

/** The blocks are those that the seal speaks of, and what follows them leads to the very entry that it seals. */
function holds({ seal, said }: Proof, parts: PartResult[], stretches: Stretch[]): boolean {
  const values = new Map(parts.flatMap(({ wanted }) => [...wanted]))
  const proved = parts.filter((_, n) => stretches[n]?.proved)
  return values.get(seal.seq) === seal.hash && isSame(said, blocksOf(proved, said.at))
}

/** What is not known of can't be judged, and is no sign that anybody changed it. */
function refuseWhatIsNewer(files: LogFiles): void {
  const db = openAsItLies(files, 'hot')
  try {
    refuseNewer(db)
  } finally {
    db.close()
  }
}

/** Opening a pipe in the place of a file would wait without end for somebody to write to it. */
function refuseWhatIsNoFile({ hot, archive }: LogFiles): void {
  if (statSync(hot, { throwIfNoEntry: false }) === undefined) throw new Error(`there is no log at ${hot}.`)
  for (const file of [hot, archive].flatMap((base) => [base, `${base}-wal`, `${base}-shm`])) {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found !== undefined && !found.isFile()) throw new Error(`${file} is no file.`)
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
  const hot = openAsItLies(files, 'hot')
  const reader = createEntryReader(hot, files.archive, () => openArchiveAsItLies(files))
  const cuts = hot.prepare(`SELECT ${readable('seq')}, hash, ${readable('entry')} FROM cut`).all() as {
    seq: number
    hash: string
    entry: number
  }[]
  const id = hot.prepare("SELECT value FROM meta WHERE key = 'log'").get()?.value
  return {
    id: id === undefined ? null : String(id),
    foreign: findForeign(files),
    gaps: offTimes(hot, 0, Number.MAX_SAFE_INTEGER, GAP_MS).slice(-GAPS),
    cuts,
    redactions: redactionsIn(hot),
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

function redactionsIn(hot: DatabaseSync): Map<number, number> {
  const rows = hot.prepare(`SELECT ${readable('seq')}, ${readable('entry')} FROM redaction`).all()
  return new Map(rows.map(({ seq, entry }) => [Number(seq), Number(entry)]))
}
function readRedactions(files: LogFiles): Map<number, number> {
  const hot = openAsItLies(files, 'hot')
  try {
    return redactionsIn(hot)
  } finally {
    hot.close()
  }
}

/** Between two beats of a minute; and how many are told. */
const GAP_MS = 120_000
const GAPS = 50

/** Rows under numbers that the archive holds, or that no entry has. */
function findStrays(files: LogFiles): Stray[] {
  const archive = openArchiveAsItLies(files)
  const packedTo = archive?.last()?.seq ?? 0
  archive?.close()
  const hot = openAsItLies(files, 'hot')
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
  const hot = openAsItLies(files, 'hot')
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
