/**
 * Bytes of a pipe into lines, for every wall that speaks newline JSON. Only `\n` ends a line (text inside JSON may hold
 * U+2028 and the like, on which Node's readline would split). The limit is counted in UTF-16 units, so in memory a
 * line is never larger than twice the limit; what is longer is reported, and of a peer that sends such a line everything
 * after it is dropped: it has lost its right to be understood.
 */
export interface LineSplitter {
  /** Text as it comes, decoded from UTF-8. Complete lines are handed over before it returns. */
  push(text: string): void
}

/** Characters of a line that is too long, to say which it is. */
const BEGINNING = 1024

export function createLineSplitter(options: {
  /** Longest line, in UTF-16 units, without its end. */
  maxLine: number
  onLine: (line: string) => void
  /** Lines without anything in them are handed over, for who counts lines. */
  emptyToo?: boolean
  /**
   * Called before anything of the line was parsed, with its beginning. True: skip that line and go on with the next
   * (input of the person's own). Otherwise everything after it is dropped, and it is not called again.
   */
  onTooLong: (beginning: string) => unknown
}): LineSplitter {
  let parts: string[] = []
  let held = 0
  let broken = false
  let skipping = false

  function take(piece: string): boolean {
    if (skipping) return true
    if (held + piece.length > options.maxLine) {
      const beginning = `${parts.join('')}${piece}`.slice(0, BEGINNING)
      parts = []
      skipping = options.onTooLong(beginning) === true
      broken = !skipping
      return skipping
    }
    held += piece.length
    if (piece !== '') parts.push(piece)
    return true
  }
  return {
    push(text) {
      if (broken) return
      let start = 0
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
        if (!take(text.slice(start, end))) return
        const line = parts.length === 1 ? (parts[0] as string) : parts.join('')
        parts = []
        held = 0
        start = end + 1
        if (skipping) {
          skipping = false
          continue
        }
        if (line !== '' || options.emptyToo) options.onLine(line)
        if (broken) return
      }
      if (start < text.length) take(text.slice(start))
    },
  }
}
