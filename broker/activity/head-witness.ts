/**
 * The head of the log, remembered elsewhere. A log that is put back to an older copy of itself, seals and all, is whole:
 * only a head that was kept apart from it shows that it had reached further. So each sealed head is also kept among the
 * documents, in the folder of the user's state, and now and then in the keychain. A head that the log no longer has is
 * never forgotten by itself: it is kept as `lost` until a person accepts the log as it stands.
 */
import type { ChainPoint } from './check-chain.ts'

/** What one place remembers. */
export interface Witnessed {
  /** Which log: the id that was made with it. */
  log: string
  head: ChainPoint
  /** Heads that it should have and didn't when it was opened. */
  lost: ChainPoint[]
}
/** One place where the head is kept. */
export interface WitnessPlace {
  /** Null when nothing (readable) is there. */
  read(): Witnessed | null
  /** Throws when it can't be kept. A write that is not `firm` may be left out when there was one a moment ago. */
  write(known: Witnessed, firm: boolean): void
  /**
   * True for a place that lies beside the log and goes with it: what it speaks of is this log, even when the log's own
   * id says otherwise. A place outside outlives a log that was deleted, and then speaks of another one.
   */
  beside: boolean
}

/** Where the keychain keeps it. */
export const HEAD_ACCOUNT = 'activity-log-head'

/** Lost heads that are kept; the oldest are the ones that say most. */
const LOST_KEPT = 20

/** Heads that the log of this id must have, in the order of the places. */
export function knownHeads(places: readonly WitnessPlace[], log: string): ChainPoint[] {
  const heads: ChainPoint[] = []
  for (const place of places) {
    const known = place.read()
    if (known === null || (known.log !== log && !place.beside)) continue
    heads.push(...known.lost, known.head)
  }
  return withoutDoubles(heads)
}

/** Another log that a place outside remembers where this one lies now. */
export function otherLog(places: readonly WitnessPlace[], log: string): Witnessed | null {
  for (const place of places) {
    const known = place.read()
    if (known !== null && known.log !== log && !place.beside) return known
  }
  return null
}

/** Keeps a head in all places; each is tried, whatever happened to the one before. */
export function witnessHead(
  places: readonly WitnessPlace[],
  known: Witnessed,
  firm: boolean,
  onFault: (error: unknown) => void,
): void {
  const lost = withoutDoubles(known.lost).slice(0, LOST_KEPT)
  for (const place of places) {
    try {
      place.write({ ...known, lost }, firm)
    } catch (error) {
      onFault(error)
    }
  }
}

/** What was read from outside, if it is of this form. */
export function parseWitnessed(value: unknown): Witnessed | null {
  if (typeof value !== 'object' || value === null) return null
  const { log, head, lost } = value as Record<string, unknown>
  if (typeof log !== 'string' || !isPoint(head)) return null
  return { log, head, lost: Array.isArray(lost) ? lost.filter(isPoint) : [] }
}

const isPoint = (value: unknown): value is ChainPoint =>
  typeof value === 'object' &&
  value !== null &&
  Number.isSafeInteger((value as ChainPoint).seq) &&
  /^[0-9a-f]{64}$/.test(String((value as ChainPoint).hash))

function withoutDoubles(points: ChainPoint[]): ChainPoint[] {
  const seen = new Map(points.map(({ seq, hash }) => [`${seq}:${hash}`, { seq, hash }]))
  return [...seen.values()]
}
