/**
 * What waits for all sandbox processes of a broker to be read. Each alone is bounded by its own limit; many that do not
 * read, side by side, are bounded here: whoever has left most unread is ended until the rest fits.
 */

export interface Unread {
  /** Bytes that wait for it. */
  bytes(): number
  /** Ends it: nothing waits for it any more. */
  giveUp(): void
}
export interface UnreadAnswers {
  /** Counts it from here on, until what is given back is called. */
  add(unread: Unread): () => void
  /** Before `bytes` more wait for `of`. Ends whoever it takes, `of` too. */
  makeRoom(of: Unread, bytes: number): void
}

/** Twice what one process may leave unread. */
const UNREAD_BY_ALL = 512 * 1024 * 1024

export function countUnread(limit = UNREAD_BY_ALL): UnreadAnswers {
  const all = new Set<Unread>()
  return {
    add: (unread) => {
      all.add(unread)
      return () => all.delete(unread)
    },
    makeRoom: (of, bytes) => {
      const waiting = [...all].map((unread) => ({
        unread,
        bytes: unread.bytes() + (unread === of ? bytes : 0),
      }))
      let sum = waiting.reduce((so, { bytes }) => so + bytes, 0)
      if (sum <= limit) return
      waiting.sort((a, b) => b.bytes - a.bytes)
      for (const { unread, bytes } of waiting) {
        if (sum <= limit) return
        sum -= bytes
        unread.giveUp()
      }
    },
  }
}
