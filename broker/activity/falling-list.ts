/**
 * Row numbers that fall, read one by one from wherever they lie: a search that begins anew in the middle of a volume
 * passes all that lies above it, so each is read in one go, and no further than it is asked for. Who takes numbers out of
 * a list closes it; `eachOf` and `inBoth` do.
 */

export interface FallingList {
  /** The greatest of its numbers that is not above `seq`; null without one. Asked with numbers that fall. */
  atMost(seq: number): number | null
  /** Entries from one of its numbers to the next, by those that were read; the first few are read for it. */
  spacing(): number
  /** How many of its numbers have to be passed to come to `seq`, about. */
  distance(seq: number): number
  close(): void
}
/** A stretch of the list, falling, as the rows of a statement. Nothing else of it lies from `downTo` up to where it begins. */
export interface Run {
  rows: Iterator<number[]>
  downTo: number
}

/** Numbers by which a list's density is known. */
const FIRST = 32

/** `open` gives what begins at or below a number; null when there is nothing below either. */
export function createFallingList(from: number, open: (from: number) => Run | null): FallingList {
  let run: Run | null = open(from)
  let current: number | null = Number.POSITIVE_INFINITY
  /** Read for the spacing, and not passed yet. */
  const early: number[] = []
  let read = 0
  let lowest = from + 1
  function close(): void {
    run?.rows.return?.()
    run = null
  }
  /** The next one that was not read, of those that are not above `below`. */
  function readOne(below: number): number | null {
    while (run !== null) {
      const next = below < run.downTo ? null : run.rows.next()
      if (next !== null && next.done !== true) {
        read++
        lowest = next.value[0] as number
        return lowest
      }
      const { downTo } = run
      close()
      lowest = Math.min(lowest, downTo)
      run = open(Math.min(below, downTo - 1))
    }
    return null
  }
  const spacing = () => (from + 1 - lowest) / Math.max(1, read)
  return {
    atMost(seq) {
      while (current !== null && current > seq) current = early.shift() ?? readOne(seq)
      return current
    },
    spacing() {
      while (read < FIRST) {
        const next = readOne(from)
        if (next === null) break
        early.push(next)
      }
      return spacing()
    },
    distance: (seq) => (run === null ? 0 : Math.max(0, lowest - seq) / spacing()) + early.length,
    close,
  }
}

/** All of it from `from` downward. */
export function* eachOf(list: FallingList, from: number): Generator<number> {
  try {
    for (let seq = list.atMost(from); seq !== null; seq = list.atMost(seq - 1)) yield seq
  } finally {
    list.close()
  }
}

/** What it costs to read an entry, in numbers of a list that are passed in that time. */
const READING = 128

export interface Comparing {
  /** Numbers are only counted from now on: nobody reads their entries. */
  counting(): boolean
  /** It ends here, before `seq`: to go on counting would cost more than this. */
  onEnd(seq: number): void
  /** Numbers that may be passed for counting. */
  passed: number
}
/**
 * The numbers that are in both, from `from` downward, and some that may be: where many numbers of the denser list would
 * have to be passed to know, reading the entry says it sooner. A number is passed after all when as much was spent on
 * reading as on passing would have been.
 */
export function* inBoth(
  one: FallingList,
  other: FallingList,
  from: number,
  { counting, onEnd, passed }: Comparing,
): Generator<number> {
  try {
    const [sparse, dense] = one.spacing() >= other.spacing() ? [one, other] : [other, one]
    let spent = 0
    let left = passed
    for (let seq = sparse.atMost(from); seq !== null; ) {
      const way = dense.distance(seq)
      if (counting()) left -= way + 1
      if (left < 0) return onEnd(seq)
      if (spent + READING < way && !counting()) {
        spent += READING
        yield seq
        seq = sparse.atMost(seq - 1)
        continue
      }
      spent = 0
      const found = dense.atMost(seq)
      if (found === seq) yield seq
      seq = found === null ? null : sparse.atMost(found === seq ? seq - 1 : found)
    }
  } finally {
    one.close()
    other.close()
  }
}
