/**
 * Verifies one stretch of the log: some of the archive's blocks, or the rest of them with the newest rows. Stretches
 * are checked on several threads and joined by `join-parts.ts`; each stands on the chain value that its first block
 * names, and the stretch before must end in that value.
 */
import type { DatabaseSync } from 'node:sqlite'
import { refOf } from './activity-row.ts'
import { blockHead, hex, MARK_BYTES, openArchiveForReading, unpackTexts } from './archive.ts'
import { chainHash, GENESIS } from './chain.ts'
import { type ChainPoint, createWalk, type Fault, nameFault, type Walk } from './check-chain.ts'
import { type EntryFields, readEntry } from './entry-bytes.ts'
import type { LogFiles } from './log-files.ts'
import { openForReading } from './open-for-reading.ts'
import { type StoredSeal, storedSeal } from './seals.ts'

export interface PartOrder {
  files: LogFiles
  /** Blocks whose last entry lies in here. */
  fromSeq: number
  toSeq: number
  /** With the rows, and what stands beside them. */
  withRows: boolean
  /** Numbers, beside those of the seals, whose chain value is asked for. */
  wanted: number[]
}
export interface PartResult {
  /** Where this stretch begins and on which chain value; null when there is nothing in it. */
  from: ChainPoint | null
  to: ChainPoint
  fault: Fault | null
  /** What is noted beside an entry is not what the entry says: told only when the entries themselves are in order. */
  side: Fault | null
  redacted: Walk['redacted']
  wanted: Map<number, string>
  seals: StoredSeal[]
}

/** Throws when a file can't be opened or is no database. */
export function verifyPart(order: PartOrder): PartResult {
  const hot = openForReading(order.files.hot)
  const archive = openArchiveForReading(order.files.archive)
  try {
    // The rows' state is held first: what leaves them later is in the archive already, so nothing falls between.
    hot.exec('BEGIN')
    const seals = hot.prepare('SELECT * FROM seal ORDER BY id').all().map(storedSeal)
    const wanted = new Set([...order.wanted, ...seals.map(({ seq }) => seq)])
    const walk = archive === null ? null : walkBlocks(archive.db, order, wanted)
    if (!order.withRows || walk?.fault) return { ...(walk ?? empty), seals }
    return { ...walkRows(hot, walk, wanted), seals }
  } finally {
    hot.close()
    archive?.close()
  }
}

type Stretch = Omit<PartResult, 'seals'>
const empty: Stretch = {
  from: null,
  to: { seq: 0, hash: GENESIS },
  fault: null,
  side: null,
  redacted: [],
  wanted: new Map(),
}

function walkBlocks(archive: DatabaseSync, order: PartOrder, wanted: ReadonlySet<number>): Stretch | null {
  const rows = archive.prepare('SELECT * FROM block WHERE last >= ? AND last <= ? ORDER BY last')
  let walk: Walk | null = null
  let from: ChainPoint | null = null
  let side: Fault | null = null
  const end = (fault: Fault | null): Stretch | null =>
    walk === null
      ? null
      : { from, to: { ...walk.at }, fault, side, redacted: walk.redacted, wanted: walk.wanted }
  for (const row of rows.iterate(order.fromSeq, order.toSeq)) {
    const head = blockHead(row)
    if (walk === null) {
      from = { seq: head.first - 1, hash: head.prev }
      walk = createWalk(from, wanted)
    }
    const broken = continues(walk, head.first, head.prev)
    if (broken !== null) return end(broken)
    const found = walkBlock(walk, row)
    if (found.fault !== null) return end(found.fault)
    side ??= found.side
  }
  return end(null)
}

/** The block must begin where the walk stands. */
function continues(walk: Walk, first: number, prev: string): Fault | null {
  const next = walk.at.seq + 1
  if (first > next)
    return { seq: next, what: 'missing', text: `Entries ${next} to ${first - 1} are missing.` }
  if (first < next) return { seq: first, what: 'inserted', text: `Entry ${first} is there twice.` }
  if (prev !== walk.at.hash)
    return { seq: next, what: 'changed', text: `Entry ${next} does not continue the one before it.` }
  return null
}

type Found = Pick<Stretch, 'fault' | 'side'>
function walkBlock(walk: Walk, row: Record<string, unknown>): Found {
  const { first, last, head } = blockHead(row)
  let bytes: Buffer
  try {
    bytes = unpackTexts(row.data as Uint8Array)
  } catch {
    const text = `Entries ${first} to ${last} can’t be unpacked: they were damaged.`
    return { fault: { seq: first, what: 'unreadable', text }, side: null }
  }
  const begin = { ...walk.at }
  const marks = Buffer.from(row.marks as Uint8Array)
  let marked = marks.length === MARK_BYTES * (last - first + 1)
  const times = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }
  for (let start = 0, n = 0; start <= bytes.length; n += MARK_BYTES) {
    const lineEnd = bytes.indexOf(10, start)
    const end = lineEnd === -1 ? bytes.length : lineEnd
    noteTime(times, bytes, start, end)
    const value = walk.step(bytes, start, end)
    if (marked && marks.readUInt32BE(n) !== Number.parseInt(value.slice(0, 2 * MARK_BYTES), 16))
      marked = false
    start = end + 1
  }
  if (walk.at.seq !== last || walk.at.hash !== head)
    return { fault: faultInBlock(begin, row, last, marks), side: null }
  const { atMin, atMax } = blockHead(row)
  if (marked && times.min === atMin && times.max === atMax) return { fault: null, side: null }
  const text = `What is noted beside entries ${first} to ${last} was changed; they themselves are as they were written.`
  return { fault: null, side: { seq: first, what: 'changed', text } }
}

/** `{"at":` or `{"asked":true,"at":` is how every entry begins that has not been redacted. */
function noteTime(times: { min: number; max: number }, bytes: Buffer, start: number, end: number): void {
  let place = start + (bytes[start + 3] === A_T ? 6 : 19)
  if (bytes[start] === BANG) place = bytes.indexOf('"at":', start) + 5
  let at = 0
  for (; place < end; place++) {
    const digit = (bytes[place] as number) - ZERO
    if (digit < 0 || digit > 9) break
    at = at * 10 + digit
  }
  if (at < times.min) times.min = at
  if (at > times.max) times.max = at
}
const [A_T, BANG, ZERO] = [116, 33, 48] as const

/** The first entry whose chain value is not the one that was noted when the block was packed. */
function faultInBlock(begin: ChainPoint, row: Record<string, unknown>, last: number, marks: Buffer): Fault {
  // Unpacked once more: walking wrote chain values over the texts.
  const texts = unpackTexts(row.data as Uint8Array)
    .toString('utf8')
    .split('\n')
  let value = begin.hash
  for (const [n, text] of texts.entries()) {
    value = chainHash(value, text)
    const mark = marks.subarray(n * MARK_BYTES, (n + 1) * MARK_BYTES).toString('hex')
    if (!value.startsWith(mark) || mark === '') return nameFault(begin.seq + n + 1, text)
  }
  const next = begin.seq + texts.length + 1
  if (next <= last) return { seq: next, what: 'missing', text: `Entry ${next} is missing.` }
  return { seq: last, what: 'changed', text: `The block that ends with entry ${last} was changed.` }
}

function walkRows(hot: DatabaseSync, before: Stretch | null, wanted: ReadonlySet<number>): Stretch {
  const rows = hot.prepare('SELECT seq, ref, hash, text FROM entry WHERE seq > ? ORDER BY seq')
  let walk = before === null ? null : createWalk(before.to, wanted)
  let from = before?.from ?? null
  let fault: Fault | null = null
  let side = before?.side ?? null
  for (const row of rows.iterate(before?.to.seq ?? 0)) {
    if (walk === null) {
      from = startOfRows(hot, Number(row.seq))
      walk = createWalk(from, wanted)
    }
    fault = walkRow(walk, row)
    if (fault !== null) break
    side ??= refFault(row)
  }
  if (walk === null) return before ?? empty
  return {
    from,
    to: { ...walk.at },
    fault,
    side,
    redacted: [...(before?.redacted ?? []), ...walk.redacted],
    wanted: new Map([...(before?.wanted ?? []), ...walk.wanted]),
  }
}

function walkRow(walk: Walk, row: Record<string, unknown>): Fault | null {
  const { seq, text } = row as unknown as { seq: number; text: string }
  const next = walk.at.seq + 1
  if (seq !== next)
    return {
      seq: next,
      what: 'missing',
      text: seq - next === 1 ? `Entry ${next} is missing.` : `Entries ${next} to ${seq - 1} are missing.`,
    }
  const before = { ...walk.at }
  const bytes = Buffer.from(text)
  if (walk.step(bytes, 0, bytes.length) === hex(row.hash)) return null
  walk.at = { ...before, seq: seq - 1 }
  return nameFault(seq, text)
}

/** Beside each row stands what it opens or closes; it must be what the row itself says. */
function refFault(row: Record<string, unknown>): Fault | null {
  const { seq, ref, text } = row as unknown as { seq: number; ref: number | null; text: string }
  let fields: Pick<EntryFields, 'kind' | 'ref'>
  try {
    fields = readEntry(text)
  } catch {
    return { seq, what: 'unreadable', text: `Entry ${seq} can’t be read: its text was damaged.` }
  }
  if (ref === refOf(fields)) return null
  return { seq, what: 'changed', text: `What is noted beside entry ${seq} was changed after it was written.` }
}

/** Rows that continue nothing: the log's first, or what retention noted as the value before them. */
function startOfRows(hot: DatabaseSync, first: number): ChainPoint {
  const start = hot.prepare("SELECT value FROM meta WHERE key = 'start'").get()?.value
  if (start !== undefined) {
    const point = JSON.parse(String(start)) as ChainPoint
    if (point.seq === first - 1) return point
  }
  return { seq: 0, hash: GENESIS }
}
