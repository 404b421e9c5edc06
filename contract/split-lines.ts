/**
 * Bytes of a pipe into lines, for every wall that speaks newline JSON. Only `\n` ends a line (text inside JSON may hold
 * U+2028 and the like, on which Node's readline would split). The limit is counted in UTF-16 units, so in memory a
 * line is never larger than twice the limit; what is longer is reported once and everything after it is dropped: a peer that
 * sends such a line has lost its right to be understood.
 */
export interface LineSplitter {
  /** Text as it comes, decoded from UTF-8. Complete lines are handed over before it returns. */
  push(text: string): void
}

export function createLineSplitter(options: {
  /** Longest line, in UTF-16 units, without its end. */
  maxLine: number
  onLine: (line: string) => void
  /** Called once, before anything of the line was parsed. */
  onTooLong: () => void
}): LineSplitter {
  let parts: string[] = []
  let held = 0
  let broken = false

  function take(piece: string): boolean {
    if (held + piece.length > options.maxLine) {
      broken = true
      parts = []
      options.onTooLong()
      return false
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
        if (line !== '') options.onLine(line)
        if (broken) return
      }
      if (start < text.length) take(text.slice(start))
    },
  }
}
