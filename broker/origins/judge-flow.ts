/** One effect of a run, judged by what its person typed and what it has read. Pure: it runs here or on a thread. */
import type { OriginSpan } from '../../contract/origin.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { Prepared } from '../ports.ts'
import { findSpans } from './find-spans.ts'
import { judgeEffect } from './judge-effect.ts'
import { type PersonWords, readPersonWords } from './person-words.ts'
import { readEffects, type ToolCallFacts } from './read-effect.ts'
import type { ReadIndex } from './read-index.ts'

/** Plain data: it crosses to a thread as it is. */
export interface FlowQuestion {
  /** All that the person typed in the run. */
  said: string
  /** Has the run read outside text? Before that nothing needs to be backed. */
  outside: boolean
  perimeter: Perimeter
  /** The person's own folder: `~` in paths. */
  home: string
  prepared: Pick<Prepared, 'needs' | 'exact' | 'operation'>
  toolCall: ToolCallFacts | null
}
export interface FlowAnswer {
  backed: boolean
  unbacked: string[]
  spans: OriginSpan[][]
}

const MOST_REASONS = 5

/** Judges, and remembers how the person's words were cut up. */
export function createFlowJudge(): (index: ReadIndex, question: FlowQuestion) => FlowAnswer {
  let words: PersonWords | null = null
  return (index, { said, outside, perimeter, home, prepared, toolCall }) => {
    const spoken = words?.text === said ? words : readPersonWords(said)
    words = spoken
    const spans = prepared.exact.map((line) => (line.ours ? [] : findSpans(spoken, index, line.text)))
    // Without a line to show it is a step inside an effect that was let through already (a redirect).
    if (!outside || (prepared.exact.length === 0 && toolCall === null))
      return { backed: true, unbacked: [], spans }
    const judged = readEffects(perimeter, prepared, toolCall, home).map((effect) =>
      judgeEffect(spoken, index, effect),
    )
    return {
      backed: judged.every((each) => each.backed),
      unbacked: judged.flatMap((each) => each.unbacked).slice(0, MOST_REASONS),
      spans,
    }
  }
}
