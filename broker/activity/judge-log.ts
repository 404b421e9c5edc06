/**
 * The verdict on a log, from its verified stretches: do they continue each other, are removed and redacted parts told of
 * in the chain itself, are the seals genuine and do they speak of what is there, and does it reach the heads that were
 * kept elsewhere. The first bad entry counts; a log that reaches less far than a seal was cut, one that is whole but
 * older than a kept head was set back.
 */
import { hash as digest, type KeyObject } from 'node:crypto'
import type { VerifyReport } from '../../contract/activity.ts'
import { chainHash, GENESIS } from './chain.ts'
import { type ChainPoint, continues, type Fault } from './check-chain.ts'
import { judgeSeals } from './judge-seals.ts'
import type { PartResult } from './verify-part.ts'

export interface Evidence {
  parts: PartResult[]
  /** Keys that may have sealed it, this computer's first. Empty: nothing counts as sealed, and no seal is checked. */
  keys: KeyObject[]
  /** Heads known from elsewhere (an export, the person's notes, the process that writes). */
  heads: ChainPoint[]
  /** Reads an entry's fields by number, for what the chain says of itself. */
  read(seq: number): { kind: string; details: Record<string, unknown> } | null
  /** Removals that were noted beside the archive: where to look in the chain. */
  cuts: { seq: number; hash: string; entry: number }[]
  /** Redactions: by which entry an entry was redacted. */
  redactions: Map<number, number>
  /** Where the log is noted to begin. */
  start: ChainPoint | null
  /** Rows of entries that are packed already: they must be the same. */
  strays: Stray[]
  /** What is in the files and isn't Sallyport's: a trigger would change what is written without leaving a trace. */
  foreign: string[]
  /** The id that the log has, and the one by which it is known beside it. */
  ids: { own: string | null; known: string | null }
}
export interface Stray {
  seq: number
  hash: string
  text: string
}
export type Verdict = Omit<VerifyReport, 'ms' | 'gaps' | 'byBlocks'>

export function judgeLog(evidence: Evidence): Verdict {
  const { parts, join } = upToBreak(evidence.parts.filter(({ from }) => from !== null))
  const head: ChainPoint = parts.at(-1)?.to ?? { seq: 0, hash: GENESIS }
  const first = parts[0]?.from ?? { seq: 0, hash: GENESIS }
  const values = new Map(parts.flatMap(({ wanted }) => [...wanted]))
  // Every stretch reads the same seals; the last one read them last.
  const seals = judgeSeals(evidence.parts.at(-1)?.seals ?? [], { values, head, ...evidence })
  const faults = [
    startFault(first, evidence, join),
    join,
    redactionFault(parts, evidence, join),
    ...evidence.strays.map((stray) => strayFault(stray, values)),
    ...seals.faults,
    ...evidence.heads.map((kept) => headFault(kept, values, head)),
  ].filter((fault) => fault !== null)
  // What stands beside the entries says less than they do, and a missing or false seal says least.
  const beside = [
    ...parts.map(({ side }) => side),
    noteFault(first, evidence),
    startNoteFault(evidence, values),
    foreignFault(evidence),
    idFault(evidence, head),
  ].filter((fault) => fault !== null)
  const isSeal = ({ what }: Fault) => what === 'unsealed'
  const firstBad =
    firstOf(faults.filter((fault) => !isSeal(fault))) ?? firstOf(beside) ?? firstOf(faults.filter(isSeal))
  return {
    ok: firstBad === null,
    entries: head.seq - first.seq,
    firstBad: firstBad && { ...firstBad, seq: Math.max(1, Math.min(firstBad.seq, head.seq + 1)) },
    head: head.seq === 0 ? null : head,
    sealedTo: seals.sealedTo,
  }
}

/** What would tell of it is itself in what is missing further on: then that is named. */
const isGone = (seq: number, read: Evidence['read'], join: Fault | null) =>
  join !== null && join.seq <= seq && read(seq) === null

/** Only the log itself tells of removals and redactions, whatever another entry's details say. */
const toldBy = (entry: ReturnType<Evidence['read']>) => (entry?.kind === 'app' ? entry.details : null)

const firstOf = (faults: Fault[]): Fault | null => faults.toSorted((a, b) => a.seq - b.seq)[0] ?? null

function startFault(first: ChainPoint, { cuts, read }: Evidence, join: Fault | null): Fault | null {
  if (first.seq === 0 && first.hash === GENESIS) return null
  const cut = cuts.find(({ seq, hash }) => seq === first.seq && hash === first.hash)
  const told = cut === undefined ? null : (toldBy(read(cut.entry))?.cut as ChainPoint | undefined)
  if (told?.seq === first.seq && told.hash === first.hash) return null
  if (cut !== undefined && isGone(cut.entry, read, join)) return null
  const text =
    first.seq === 0
      ? 'Entry 1 does not begin the chain.'
      : `Entries 1 to ${first.seq} are missing, and the log does not tell of their removal.`
  return { seq: 1, what: 'missing', text }
}

/**
 * The stretches up to the first break, and what that is. What comes behind it counts for nothing: a walk in one piece
 * would not have come there, and where the log was cut must not show in what is found.
 */
function upToBreak(parts: PartResult[]): { parts: PartResult[]; join: Fault | null } {
  for (const [n, part] of parts.entries()) {
    const before = parts[n - 1]?.to
    const from = part.from as ChainPoint
    const broken = before === undefined ? null : continues(before, from.seq + 1, from.hash)
    if (broken !== null) return { parts: parts.slice(0, n), join: broken }
    if (part.fault !== null) return { parts: parts.slice(0, n + 1), join: part.fault }
  }
  return { parts, join: null }
}

/** What stands for a redacted entry must be named, word for word, by a later entry of the chain. */
function redactionFault(
  parts: PartResult[],
  { read, redactions }: Evidence,
  join: Fault | null,
): Fault | null {
  for (const { seq, hash, text } of parts.flatMap(({ redacted }) => redacted)) {
    const by = redactions.get(seq)
    if (by !== undefined && isGone(by, read, join)) continue
    const told = by === undefined || by <= seq ? null : toldBy(read(by))?.redacted
    const line = (told as { seq: number; hash: string; text: string }[] | undefined)?.find(
      (line) => line.seq === seq,
    )
    if (line?.hash !== hash || line.text !== digestOf(text))
      return {
        seq,
        what: 'changed',
        text: `Entry ${seq} was taken out, and the log does not tell of its redaction.`,
      }
  }
  return null
}

/** Each note of a removal or a redaction must be told of in the chain, where that part of the chain is still there. */
function noteFault(first: ChainPoint, { cuts, redactions, read }: Evidence): Fault | null {
  for (const { seq, hash, entry } of cuts) {
    // What told of it was itself removed later on: then no more can be said than that it came after.
    if (entry <= first.seq && seq < entry) continue
    const told = toldBy(read(entry))?.cut as ChainPoint | undefined
    if (told?.seq !== seq || told.hash !== hash)
      return {
        seq: entry,
        what: 'changed',
        text: `Beside the log stands that entries up to ${seq} were removed; entry ${entry} does not tell of it.`,
      }
  }
  for (const [seq, entry] of redactions) {
    if (entry <= first.seq && seq < entry) continue
    const told = toldBy(read(entry))?.redacted as { seq: number }[] | undefined
    if (!Array.isArray(told) || !told.some((line) => line.seq === seq))
      return {
        seq: entry,
        what: 'changed',
        text: `Beside the log stands that entry ${seq} was redacted; entry ${entry} does not tell of it.`,
      }
  }
  return null
}

/** Where the log says that it begins must be where a removal ended, or what the chain holds at that place. */
function startNoteFault({ start, cuts }: Evidence, values: Map<number, string>): Fault | null {
  if (start === null || cuts.some(({ seq, hash }) => seq === start.seq && hash === start.hash)) return null
  const value = values.get(start.seq)
  if (value === start.hash) return null
  return {
    seq: Math.max(1, start.seq),
    what: 'changed',
    text: `Beside the log stands that it begins after entry ${start.seq}; nothing in it tells of that.`,
  }
}

function strayFault({ seq, hash, text }: Stray, values: Map<number, string>): Fault | null {
  if (seq < 1) return { seq: 1, what: 'inserted', text: `An entry of number ${seq} was put in.` }
  const [before, own] = [values.get(seq - 1), values.get(seq)]
  // Gone by retention: then its row should be, too, but it says nothing that is not proved elsewhere.
  if (own === undefined || before === undefined) return null
  if (own === hash && chainHash(before, text) === own) return null
  return {
    seq,
    what: 'changed',
    text: `Entry ${seq} is there twice, and the second one is not what was written.`,
  }
}

function foreignFault({ foreign }: Evidence): Fault | null {
  if (foreign.length === 0) return null
  return {
    seq: 1,
    what: 'changed',
    text: `In the log’s file is something that is not Sallyport’s: ${foreign.join(', ')}.`,
  }
}

function idFault({ ids }: Evidence, head: ChainPoint): Fault | null {
  if (ids.known === null || ids.own === ids.known) return null
  return {
    seq: Math.max(1, head.seq),
    what: 'rolled-back',
    text: 'This is not the log that was known: another one stands in its place, or its id was changed.',
  }
}

/** How a redaction entry names what stands in an entry's place. */
export const digestOf = (text: string): string => digest('sha256', text, 'hex')

function headFault(kept: ChainPoint, values: Map<number, string>, head: ChainPoint): Fault | null {
  if (kept.seq > head.seq)
    return {
      seq: head.seq + 1,
      what: 'rolled-back',
      text: `The log ends with entry ${head.seq}, but it had reached entry ${kept.seq}: it was set back or cut.`,
    }
  const value = values.get(kept.seq)
  if (value === undefined || value === kept.hash) return null
  return {
    seq: kept.seq,
    what: 'rolled-back',
    text: `Entry ${kept.seq} is not the one that was known: the log was set back and written anew.`,
  }
}
