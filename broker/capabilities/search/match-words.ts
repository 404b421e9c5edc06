/** Plain words, found in this process. Regular expressions are refused here: JavaScript's can be made to run for ever. */
import { type Outcome, ok, refused } from '../../../contract/outcome.ts'
import { type FoundLines, type LineMatch, type LineMatcher, type LineQuery, lineText } from './match-lines.ts'

export function createWordMatcher(): LineMatcher {
  return {
    async match(query, texts, signal): Promise<Outcome<FoundLines>> {
      if (query.regex)
        return refused(
          'unavailable',
          'Searching by regular expression needs ripgrep and bubblewrap on this computer. Install them, or search for plain words.',
        )
      const matches: LineMatch[] = []
      let index = -1
      for await (const bytes of texts) {
        index++
        if (signal.aborted || matches.length >= query.limit) break
        findIn(bytes.toString('utf8'), index, query, matches)
      }
      return ok({ matches, cut: false })
    },
  }
}

function findIn(text: string, index: number, query: LineQuery, matches: LineMatch[]): void {
  const wanted = query.ignoreCase ? query.pattern.toLowerCase() : query.pattern
  const whole = query.ignoreCase ? text.toLowerCase() : text
  if (!whole.includes(wanted)) return
  const lines = text.split('\n')
  for (const [number, line] of lines.entries()) {
    if (!(query.ignoreCase ? line.toLowerCase() : line).includes(wanted)) continue
    matches.push({ index, line: number + 1, text: lineText(line.replace(/\r$/, '')) })
    if (matches.length >= query.limit) return
  }
}
