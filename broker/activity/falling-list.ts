/**
 * Row numbers that fall, read a page at a time from wherever they lie. Whoever holds two such lists against each other
 * jumps in them: a page after a jump is small, a page after one that was used is larger.
 */

export interface FallingList {
  /** The greatest of its numbers that is not above `seq`; null without one. Asked with numbers that fall. */
  atMost(seq: number): number | null
}
export interface Page {
  /** Falling. */
  found: number[]
  /** Nothing else of the list lies from here up to where it was read from. */
  downTo: number
}

/** A page costs as much as a hundred of its numbers, so smaller ones gain nothing. */
export const SMALL_PAGE = 64
export const LARGE_PAGE = 1_024

/** `read` gives numbers at or below `from`, at most `limit`; null when there are none below either. */
export function createFallingList(read: (from: number, limit: number) => Page | null): FallingList {
  let page: Page | null = { found: [], downTo: Number.POSITIVE_INFINITY }
  let at = 0
  let limit = SMALL_PAGE
  return {
    atMost(seq) {
      while (page !== null) {
        const { found, downTo } = page
        const passed = at
        while (at < found.length && (found[at] as number) > seq) at++
        if (at < found.length) return found[at] as number
        const jumped = seq < downTo && passed < found.length / 2
        limit = jumped ? SMALL_PAGE : Math.min(LARGE_PAGE, found.length < limit ? limit : limit * 2)
        page = read(Math.min(seq, downTo - 1), limit)
        at = 0
      }
      return null
    },
  }
}

/** All of it from `from` downward. */
export function* eachOf(list: FallingList, from: number): Generator<number> {
  for (let seq = list.atMost(from); seq !== null; seq = list.atMost(seq - 1)) yield seq
}
/** The numbers that are in both, from `from` downward. `onStep` ends it by answering false. */
export function* inBoth(
  a: FallingList,
  b: FallingList,
  from: number,
  onStep: (seq: number) => boolean,
): Generator<number> {
  for (let seq: number | null = from; seq !== null && onStep(seq); ) {
    const x = a.atMost(seq)
    const y = x === null ? null : b.atMost(x)
    if (x !== null && x === y) yield x
    seq = y !== null && x === y ? y - 1 : y
  }
}
