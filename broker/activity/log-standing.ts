/**
 * How the log stands to what is known of it elsewhere: which heads it has, which it lost, and where the newest one is
 * kept from now on.
 */
import type { ChainPoint } from './check-chain.ts'
import type { EntryReader } from './entry-reader.ts'
import { knownHeads, otherLog, type WitnessPlace, witnessHead } from './head-witness.ts'

export interface LogStanding {
  readonly id: string
  /** Set when a place outside speaks of another log. */
  readonly other: ChainPoint | null
  /** Compares what is kept elsewhere with what is there. */
  look(head: ChainPoint): void
  /** Heads that it must have when it is verified. */
  heads(): ChainPoint[]
  /** Those that it didn't have. */
  lost(): ChainPoint[]
  /** True when the log does not have this one, which is then never forgotten by itself. */
  loses(known: ChainPoint, head: ChainPoint): boolean
  /** A head that was sealed; `firm` at an end, when nothing will follow soon. */
  remember(head: ChainPoint, firm: boolean): void
  /** What was lost is accepted. */
  forget(): void
}

export function createStanding(parts: {
  witness: readonly WitnessPlace[]
  id: string
  reader: Pick<EntryReader, 'entry'>
  onFault: (error: unknown) => void
}): LogStanding {
  const { witness, id, reader, onFault } = parts
  const other = otherLog(witness, id)?.head ?? null
  let known: ChainPoint[] = []
  let lost: ChainPoint[] = []
  let remembered = { seq: 0, lost }
  const remember = ({ seq, hash }: ChainPoint, firm: boolean) => {
    if (seq === remembered.seq && lost === remembered.lost && !firm) return
    const changed = lost !== remembered.lost
    remembered = { seq, lost }
    witnessHead(witness, { log: id, head: { seq, hash }, lost }, firm || changed, onFault)
  }
  function loses(point: ChainPoint, head: ChainPoint): boolean {
    // What retention removed can't be compared; the seals and the removal's own entry speak of it.
    if (point.seq <= head.seq && (reader.entry(point.seq)?.hash ?? point.hash) === point.hash) return false
    if (!lost.some(({ seq, hash }) => seq === point.seq && hash === point.hash)) lost = [...lost, point]
    return true
  }
  return {
    id,
    other,
    look(head) {
      known = knownHeads(witness, id).filter((point) => !loses(point, head))
      if (lost.length > 0) remember(head, true)
    },
    heads: () => [...lost, ...known],
    lost: () => lost,
    loses,
    remember,
    forget() {
      lost = []
      known = []
    },
  }
}
