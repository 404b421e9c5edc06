/** What every log entry about a request says: who, in which run, with which tool, on what, decided how. */
import type { NewEntry } from '../../contract/activity.ts'
import type { Decision } from '../../contract/decision.ts'
import type { Json } from '../../contract/words.ts'
import type { CallContext, FlowFacts, Prepared } from '../ports.ts'

/** Needs kept in an entry. A larger request keeps its count; its question shows all. */
const NEEDS_KEPT = 100

export function entryFacts(
  context: CallContext,
  prepared: Prepared,
  decision: Decision,
  flow: FlowFacts | null,
  asked: boolean,
): Omit<NewEntry, 'kind' | 'subject'> {
  const details: Record<string, Json> = { needs: prepared.needs.slice(0, NEEDS_KEPT) as unknown as Json }
  if (prepared.needs.length > NEEDS_KEPT) details.needCount = prepared.needs.length
  if (prepared.bytesOut > 0) details.bytesOut = prepared.bytesOut
  if (flow && !flow.backed && flow.unbacked.length > 0) details.unbacked = flow.unbacked
  return {
    principal: context.principal,
    run: context.run,
    callId: context.callId,
    tool: toolRef(context),
    capability: prepared.capability,
    decision: decision.effect,
    asked,
    because: decision.because,
    lamps: flow?.lamps ?? null,
    details,
  }
}

export function toolRef({ tool }: Pick<CallContext, 'tool'>): NonNullable<NewEntry['tool']> | null {
  return tool ? { name: tool.name, version: tool.version, hash: tool.hash } : null
}

/** "Move 12 files from Downloads to Archive". */
export function describeAll(sentence: Prepared['sentence']): string {
  return [sentence.verb, sentence.object, sentence.tail].filter((part) => part !== '').join(' ')
}
