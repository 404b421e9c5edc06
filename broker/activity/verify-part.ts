/**
 * Verifies stretches of the log: some of the archive's blocks, or the rest of them with the newest rows. They are
 * checked on several threads, each of which takes the next one that nobody has, and joined by `judge-log.ts`; each
 * stands on the chain value that its first block names, and the stretch before must end in that value.
 */
import type { DatabaseSync } from 'node:sqlite'
import { zstdCompressSync } from 'node:zlib'
import { refOf } from './activity-row.ts'
import { blockColumns, blockHead, hex, MARK_BYTES, openArchiveAsItLies } from './archive.ts'
import { chainHash, GENESIS, jsonOf } from './chain.ts'
import { type ChainPoint, continues, createWalk, type Fault, nameFault, type Walk } from './check-chain.ts'
import type { EntryFields } from './entry-bytes.ts'
import type { LogFiles } from './log-files.ts'
import { openAsItLies, readable } from './open-for-reading.ts'
import { unpackTexts } from './packed-texts.ts'
import { digestOfBlock } from './proved-blocks.ts'
import { readSeals, type StoredSeal } from './seals.ts'

export interface Stretch {
  /** Blocks whose last entry lies in here. */
  fromSeq: number
  toSeq: number
  /** With the rows, and what stands beside them. */
  withRows: boolean
  /** A seal says what these blocks are: only those are walked that hold a wanted entry, of the others the bytes count. */
  proved?: boolean
}
export interface PartsOrder {
  files: LogFiles
  stretches: Stretch[]
  /** An Int32: the number of the next stretch, shared by all threads. */
  next: SharedArrayBuffer
  /** Numbers, beside those of the seals, whose chain value is asked for. */
  wanted: number[]
  /** Whether the blocks' digests are asked for. */
  digests: boolean
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
  /** The blocks of this stretch; null when they were not asked for, or one is of a kind that has no digest. */
  blocks: { first: number; lasts: number[]; digests: Uint8Array } | null
}

/** By number of stretch, those that this thread came to. Throws when a file can't be opened or is no database. */
export function verifyParts(order: PartsOrder): Map<number, PartResult> {
  const hot = openAsItLies(order.files, 'hot')
  const archive = openArchiveAsItLies(order.files)
  const next = new Int32Array(order.next)
  const done = new Map<number, PartResult>()
  try {
    // The rows' state is held first: what leaves them later is in the archive already, so nothing falls between.
    hot.exec('BEGIN')
    const seals = readSeals(hot)
    const wanted = new Set([...order.wanted, ...seals.map(({ seq }) => seq)])
    for (;;) {
      const n = Atomics.add(next, 0, 1)
      const stretch = order.stretches[n]
      if (stretch === undefined) return done
      const digests = order.digests || stretch.proved === true ? new Digests() : null
      const walk = archive === null ? null : walkBlocks(archive.db, stretch, wanted, digests)
      const whole = stretch.withRows && !walk?.fault ? walkRows(hot, walk, wanted) : (walk ?? empty)
      done.set(n, { ...whole, seals, blocks: digests?.all() ?? null })
    }
  } finally {
    hot.close()
    archive?.close()
  }
}

/** The digests of a stretch's blocks, as they come by. */
class Digests {
  #first = 0
  readonly #lasts: number[] = []
  readonly #digests: Uint8Array[] = []
  #odd = false
  add(block: Record<string, unknown>): void {
    if (this.#lasts.length === 0) this.#first = Number(block.first)
    this.#lasts.push(Number(block.last))
    const digest = digestOfBlock(block)
    if (digest === null) this.#odd = true
    else this.#digests.push(digest)
  }
  all(): PartResult['blocks'] {
    if (this.#odd) return null
    return { first: this.#first, lasts: this.#lasts, digests: Buffer.concat(this.#digests) }
  }
}

type Walked = Omit<PartResult, 'seals' | 'blocks'>
const empty: Walked = {
  from: null,
  to: { seq: 0, hash: GENESIS },
  fault: null,
  side: null,
  redacted: [],
  wanted: new Map(),
}

/** Blocks that are unpacked in one go. */
const AT_ONCE = 4

function walkBlocks(
  archive: DatabaseSync,
  stretch: Stretch,
  wanted: ReadonlySet<number>,
  digests: Digests | null,
): Walked | null {
  const blocks = archive.prepare(
    `SELECT ${blockColumns(readable)} FROM block WHERE block.last >= ? AND block.last <= ? ORDER BY block.last`,
  )
  let walk: Walk | null = null
  let from: ChainPoint | null = null
  let side: Fault | null = null
  let fault: Fault | null = null
  let some: Record<string, unknown>[] = []
  const walkSome = (walk: Walk) => {
    if (some.length > 0 && !walkTogether(walk, some))
      for (const block of some) {
        const found = walkBlock(walk, block)
        side ??= found.side
        fault = found.fault
        if (fault !== null) break
      }
    some = []
  }
  const sorted = [...wanted].sort((a, b) => a - b)
  let soon = 0
  /** Past a block that a seal speaks of, when nothing in it is asked for. It must follow the one before all the same. */
  const pass = (walk: Walk, block: Record<string, unknown>): boolean => {
    const { first, last, prev, head } = blockHead(block)
    while ((sorted[soon] ?? Number.POSITIVE_INFINITY) < first) soon++
    if ((sorted[soon] ?? Number.POSITIVE_INFINITY) <= last) return false
    fault = continues(walk.at, first, prev)
    walk.at = { seq: last, hash: head }
    return true
  }
  for (const block of blocks.iterate(stretch.fromSeq, stretch.toSeq)) {
    digests?.add(block)
    if (walk === null) {
      const { first, prev } = blockHead(block)
      from = { seq: first - 1, hash: prev }
      walk = createWalk(from, wanted)
    }
    if (!stretch.proved || !pass(walk, block)) some.push(block)
    if (some.length === AT_ONCE || stretch.proved) walkSome(walk)
    if (fault !== null) break
  }
  if (walk === null) return null
  if (fault === null) walkSome(walk)
  return { from, to: { ...walk.at }, fault, side, redacted: walk.redacted, wanted: walk.wanted }
}

/**
 * Walks blocks that are all in order, several times faster than one by one. False when anything is not as it should be,
 * to the byte; the walk stands where it stood then, and `walkBlock` says what it is.
 */
function walkTogether(walk: Walk, blocks: Record<string, unknown>[]): boolean {
  const before = walk.keep()
  try {
    const parts = blocks.flatMap(({ data }) => [data as Uint8Array, BETWEEN]).slice(0, -1)
    const bytes = unpackTexts(Buffer.concat(parts), blocks.length)
    let start = 0
    for (const block of blocks) {
      const end = walkInOrder(walk, block, bytes, start)
      if (end === -1) return back()
      start = end + 1
    }
    return start === bytes.length + 1 || back()
  } catch {
    return back()
  }
  function back(): false {
    walk.back(before)
    return false
  }
}

/** A zero byte, packed: it is in no entry's text, and so no block can pretend that it ends elsewhere. */
const BETWEEN = zstdCompressSync('\0')

/** The end of a block in `bytes`, or -1. */
function walkInOrder(walk: Walk, block: Record<string, unknown>, bytes: Buffer, begin: number): number {
  const { first, last, prev, head, atMin, atMax } = blockHead(block)
  if (first !== walk.at.seq + 1 || prev !== walk.at.hash) return -1
  const times = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }
  let marks = ''
  let start = begin
  let end = -1
  for (let seq = first; seq <= last; seq++) {
    end = bytes.indexOf(seq === last ? 0 : 10, start)
    if (end === -1) {
      if (seq !== last) return -1
      end = bytes.length
    }
    noteTime(times, bytes, start, end)
    marks += walk.step(bytes, start, end).slice(0, 2 * MARK_BYTES)
    start = end + 1
  }
  const same =
    walk.at.hash === head && times.min === atMin && times.max === atMax && marks === hex(block.marks)
  return same ? end : -1
}

type Found = Pick<Walked, 'fault' | 'side'>
function walkBlock(walk: Walk, row: Record<string, unknown>): Found {
  const { first, last, prev, head } = blockHead(row)
  const broken = continues(walk.at, first, prev)
  if (broken !== null) return { fault: broken, side: null }
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
    if (!value.startsWith(mark) || mark === '') return nameFault(begin.seq + n + 1, text, texts.slice(n + 1))
  }
  const next = begin.seq + texts.length + 1
  if (next <= last) return { seq: next, what: 'missing', text: `Entry ${next} is missing.` }
  return { seq: last, what: 'changed', text: `The block that ends with entry ${last} was changed.` }
}

function walkRows(hot: DatabaseSync, before: Walked | null, wanted: ReadonlySet<number>): Walked {
  const rows = hot.prepare(
    `SELECT ${readable('seq')}, ${readable('ref')}, hash, text FROM entry WHERE entry.seq > ? ORDER BY entry.seq`,
  )
  let walk = before === null ? null : createWalk(before.to, wanted)
  let from = before?.from ?? null
  let fault: Fault | null = null
  let side = before?.side ?? null
  for (const row of rows.iterate(before?.to.seq ?? 0)) {
    if (walk === null) {
      from = startOfRows(hot, Number(row.seq))
      walk = createWalk(from, wanted)
    }
    fault = walkRow(walk, row, () => textsAfter(hot, Number(row.seq)))
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

function* textsAfter(hot: DatabaseSync, seq: number): Generator<string> {
  const rows = hot.prepare('SELECT text FROM entry WHERE seq > ? ORDER BY seq')
  for (const { text } of rows.iterate(seq)) yield String(text)
}

function walkRow(walk: Walk, row: Record<string, unknown>, later: () => Iterable<string>): Fault | null {
  const { seq, text } = row as unknown as { seq: number; text: string }
  const next = walk.at.seq + 1
  if (seq < next) return { seq, what: 'inserted', text: `Entry ${seq} is there twice.` }
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
  return nameFault(seq, text, later())
}

/** Beside each row stands what it opens or closes; it must be what the row itself says. */
function refFault(row: Record<string, unknown>): Fault | null {
  const { seq, ref, text } = row as unknown as { seq: number; ref: number | null; text: string }
  let fields: Pick<EntryFields, 'kind' | 'ref'>
  try {
    fields = { ref: null, ...(JSON.parse(jsonOf(text)) as Pick<EntryFields, 'kind'>) }
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
