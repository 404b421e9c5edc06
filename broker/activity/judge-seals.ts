/** Are the seals genuine, do they speak of what is there, and does the log end in one? */
import type { KeyObject } from 'node:crypto'
import type { ChainPoint, Fault } from './check-chain.ts'
import { bookOf, isGenuine, keyId, type StoredSeal } from './seals.ts'

export interface SealContext {
  keys: KeyObject[]
  /** Chain values by number, for all that seals speak of and that is there. */
  values: Map<number, string>
  head: ChainPoint
  read(seq: number): { kind: string; details: Record<string, unknown> } | null
}

export function judgeSeals(
  seals: StoredSeal[],
  context: SealContext,
): { faults: Fault[]; sealedTo: number | null } {
  const { keys, values } = context
  const known = new Map(keys.map((key) => [keyId(key), key]))
  const genuine = seals.filter((seal) => isGenuine(seal, known.get(seal.key)))
  const sorted = genuine.toSorted((a, b) => a.seq - b.seq || a.at - b.at)
  const trusted = new Set(genuine)
  // A seal that is not genuine is no evidence of anything but itself.
  const evident = seals.filter((seal) => keys.length === 0 || seal.signature === null || trusted.has(seal))
  const faults = [...evident.map((seal) => contentFault(seal, context)), bookFault(seals)]
  if (keys.length > 0)
    faults.push(
      ...seals.map((seal) => signatureFault(seal, trusted)),
      endFault(seals, sorted.at(-1), context),
    )
  const proved = sorted.filter((seal) => values.get(seal.seq) === seal.hash)
  return { faults: faults.filter((fault) => fault !== null), sealedTo: proved.at(-1)?.seq ?? null }
}

function contentFault(seal: StoredSeal, { values, head }: SealContext): Fault | null {
  const when = timeOf(seal)
  if (seal.seq > head.seq)
    return {
      seq: head.seq + 1,
      what: 'truncated',
      text: `The log ends with entry ${head.seq}, but on ${when} it was sealed up to entry ${seal.seq}.`,
    }
  const value = values.get(seal.seq)
  if (value === undefined || value === seal.hash) return null
  return {
    seq: seal.seq,
    what: 'changed',
    text: `The log up to entry ${seal.seq} is not what was sealed on ${when}.`,
  }
}

function signatureFault(seal: StoredSeal, genuine: Set<StoredSeal>): Fault | null {
  if (seal.signature === null || genuine.has(seal)) return null
  return {
    seq: seal.seq,
    what: 'unsealed',
    text: `The seal of ${timeOf(seal)} over entry ${seal.seq} is not genuine.`,
  }
}

/** The last seal says which were there before it. */
function bookFault(seals: StoredSeal[]): Fault | null {
  const last = seals.at(-1)
  if (last === undefined || last.book === '' || last.book === bookOf(seals.slice(0, -1))) return null
  return {
    seq: last.seq,
    what: 'unsealed',
    text: `The seals are not those that were there on ${timeOf(last)}: one was taken out, put in or changed.`,
  }
}

/** With a key, the log ends in a genuine seal, or in what was written since the last beat. */
function endFault(
  seals: StoredSeal[],
  last: StoredSeal | undefined,
  { head, read }: SealContext,
): Fault | null {
  if (head.seq === 0) return null
  if (last === undefined)
    return { seq: 1, what: 'unsealed', text: 'Nothing in this log is sealed with this computer’s key.' }
  const newer = seals.find((seal) => seal.signature === null && seal.seq > last.seq)
  if (newer !== undefined)
    return {
      seq: last.seq + 1,
      what: 'unsealed',
      text: `From entry ${last.seq + 1} on the log is not sealed: the key was not to be had on ${timeOf(newer)}.`,
    }
  if (last.seq === head.seq) return null
  if (last.kind === 'shutdown' && read(last.seq + 1)?.details.boot === undefined)
    return {
      seq: last.seq + 1,
      what: 'inserted',
      text: `Entry ${last.seq + 1} was written after the log had been closed and sealed.`,
    }
  if (read(head.seq)?.details.closes === true)
    return {
      seq: head.seq,
      what: 'unsealed',
      text: `The log was closed with entry ${head.seq}, but the seal over it is missing.`,
    }
  return null
}

/** Of a seal that was changed, it may be none. */
const timeOf = ({ at }: StoredSeal) =>
  Number.isNaN(new Date(at).getTime()) ? `time ${at}` : new Date(at).toISOString()
