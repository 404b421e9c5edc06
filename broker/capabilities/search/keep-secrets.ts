/**
 * Lines that were found, without secrets. One that is found only by its secret is left out: else whoever asks for
 * `key=a`, `key=b`, `key=c` … learns a value by what is found, character by character.
 */
import { type Outcome, ok } from '../../../contract/outcome.ts'
import type { LeakScanner } from '../../ports.ts'
import { isCutLine, type LineMatch, type LineMatcher, type LineQuery } from './match-lines.ts'

export async function keepSecrets(
  found: readonly LineMatch[],
  query: LineQuery,
  { matcher, leaks }: { matcher: LineMatcher; leaks: Pick<LeakScanner, 'stream'> },
  signal: AbortSignal,
): Promise<Outcome<LineMatch[]>> {
  const told = found.slice()
  const held: number[] = []
  for (const [at, match] of found.entries()) {
    const stream = leaks.stream()
    const text = await stream.push(match.text)
    // A line that is cut may end in the middle of a value.
    const rest = await (isCutLine(match.text) ? stream.cut() : stream.end())
    told[at] = { ...match, text: text + rest }
    if (stream.hits().length > 0) held.push(at)
  }
  if (held.length === 0) return ok(told)
  const texts = held.map((at) => Buffer.from(told[at]?.text ?? ''))
  const again = await matcher.match({ ...query, limit: held.length }, streamOf(texts), signal)
  if (again.kind !== 'ok') return again
  const still = new Set(again.value.matches.map(({ index }) => held[index]))
  return ok(told.filter((_, at) => !held.includes(at) || still.has(at)))
}

async function* streamOf(texts: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* texts
}
