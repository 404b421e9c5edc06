/**
 * Walks the chain and names the first entry that isn't as it was written. Everything is computed again from the stored
 * text; nothing that is stored beside it is believed.
 */
import { hash } from 'node:crypto'
import type { VerifyReport } from '../../contract/activity.ts'
import { jsonOf } from './chain.ts'

export type Fault = NonNullable<VerifyReport['firstBad']>
export interface ChainPoint {
  seq: number
  hash: string
}
export interface Walked {
  /** The last entry that is in order. */
  at: ChainPoint
  fault: Fault | null
  /** Redacted entries on the way: what stands for them must be told of by an entry of the log. */
  redacted: { seq: number; hash: string; text: string }[]
  /** Chain values asked for by number. */
  wanted: Map<number, string>
}

const BANG = 33
const PREV = 64

/** One step after the other; `wanted` are numbers whose chain value is needed later (those that seals speak of). */
export function createWalk(from: ChainPoint, wanted: ReadonlySet<number>): Walk {
  return new Walk(from, wanted)
}

export class Walk implements Walked {
  at: ChainPoint
  fault: Fault | null = null
  readonly redacted: Walked['redacted'] = []
  readonly wanted = new Map<number, string>()
  readonly #wanted: ReadonlySet<number>
  /** The previous chain value, then the text: what is hashed, in one piece. */
  #scratch = Buffer.alloc(PREV + 64 * 1024)

  constructor(from: ChainPoint, wanted: ReadonlySet<number>) {
    this.at = { ...from }
    this.#wanted = wanted
    if (wanted.has(from.seq)) this.wanted.set(from.seq, from.hash)
  }

  /** Where it stands, to come back to. */
  keep(): { at: ChainPoint; redacted: number } {
    return { at: { ...this.at }, redacted: this.redacted.length }
  }
  back({ at, redacted }: { at: ChainPoint; redacted: number }): void {
    this.at = { ...at }
    this.redacted.length = redacted
    for (const seq of this.wanted.keys()) if (seq > at.seq) this.wanted.delete(seq)
  }

  /**
   * Bytes of the next entry, without a stored chain value to compare with (packed entries). What stands before `start`
   * is overwritten where there is room for a chain value: hashing in place saves the copy, and the entry before is done.
   */
  step(bytes: Buffer, start: number, end: number): string {
    const seq = this.at.seq + 1
    const value =
      bytes[start] === BANG ? this.#redactedStep(bytes, start, end, seq) : this.#hash(bytes, start, end)
    this.at.seq = seq
    this.at.hash = value
    if (this.#wanted.has(seq)) this.wanted.set(seq, value)
    return value
  }

  #hash(bytes: Buffer, start: number, end: number): string {
    if (start >= PREV) {
      bytes.write(this.at.hash, start - PREV, PREV, 'latin1')
      return hash('sha256', bytes.subarray(start - PREV, end), 'hex')
    }
    const length = PREV + end - start
    if (length > this.#scratch.length) this.#scratch = Buffer.alloc(length)
    this.#scratch.write(this.at.hash, 0, PREV, 'latin1')
    bytes.copy(this.#scratch, PREV, start, end)
    return hash('sha256', this.#scratch.subarray(0, length), 'hex')
  }
  #redactedStep(bytes: Buffer, start: number, end: number, seq: number): string {
    const value = bytes.toString('latin1', start + 1, start + 1 + PREV)
    this.redacted.push({ seq, hash: value, text: bytes.toString('utf8', start, end) })
    return value
  }
}

/** What begins with entry `first`, after the value `prev`, must begin where the chain stands. */
export function continues(at: ChainPoint, first: number, prev: string): Fault | null {
  const next = at.seq + 1
  if (first > next)
    return { seq: next, what: 'missing', text: `Entries ${next} to ${first - 1} are missing.` }
  if (first < next) return { seq: first, what: 'inserted', text: `Entry ${first} is there twice.` }
  if (prev !== at.hash)
    return { seq: next, what: 'changed', text: `Entry ${next} does not continue the one before it.` }
  return null
}

/**
 * What happened to the entry at `seq`, judged by the number that its own text carries.
 * @param later texts that stand after it: whether the entry is gone, or only elsewhere
 */
export function nameFault(seq: number, text: string, later: Iterable<string>): Fault {
  const own = ownNumber(text)
  if (own === null)
    return { seq, what: 'unreadable', text: `Entry ${seq} can’t be read: its text was damaged.` }
  if (own === seq) return { seq, what: 'changed', text: `Entry ${seq} was changed after it was written.` }
  if (own === seq - 1)
    return {
      seq: seq - 1,
      what: 'inserted',
      text: `Something was put in before entry ${seq}: it was entry ${own}.`,
    }
  if (own === seq + 1 && !stands(seq, later))
    return { seq, what: 'missing', text: `Entry ${seq} is missing: what stands there was entry ${own}.` }
  return { seq, what: 'reordered', text: `Entry ${own} stands where entry ${seq} was.` }
}

function stands(seq: number, texts: Iterable<string>): boolean {
  for (const text of texts) if (ownNumber(text) === seq) return true
  return false
}

function ownNumber(text: string): number | null {
  try {
    const { seq } = JSON.parse(jsonOf(text)) as { seq?: unknown }
    return typeof seq === 'number' ? seq : null
  } catch {
    return null
  }
}
