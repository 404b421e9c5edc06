/** What is wrong with a value that was given, on one line: in a list of a thousand answers each has one. */
import type { z } from 'zod'

/** Past this many a reader looks at the schema instead. */
const MOST = 3

export function wrongWords({ issues }: z.ZodError): string {
  const words = issues.slice(0, MOST).map(({ path, message }) => {
    const said = message
      .replace(/^Invalid (input|option): /, '')
      .replace(/^\w/, (first) => first.toLowerCase())
    return path.length > 0 ? `${path.join('.')}: ${said}` : said
  })
  const more = issues.length - words.length
  return `${words.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
