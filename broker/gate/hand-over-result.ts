/** What a call came to, on its way to a model or to whoever reads it first: redacted, and framed where it is from outside. */
import type { Origin } from '../../contract/origin.ts'
import type { Outcome, Refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { CallContext, CanaryWatch, LeakScanner, OriginTracker } from '../ports.ts'
import { isUnread, NOT_LOOKED_THROUGH, placeOf } from './find-leak.ts'

/** Where a failure's text is from, when nothing better is known. */
export const FAILURE = 'the tool’s failure'

export interface HandOverParts {
  leaks: LeakScanner
  canaries: CanaryWatch
  origins: OriginTracker
}

export function createHandOver(parts: HandOverParts) {
  /** Where there is no run, nobody knows what was read before. */
  function hasOutside({ run, perimeter }: Pick<CallContext, 'run' | 'perimeter'>): boolean {
    return run ? parts.origins.lamps(run.id, perimeter).outside : true
  }

  /** On its way to the model: free of known secrets, and of a canary above all. */
  async function toModel(
    context: CallContext,
    outcome: Outcome<Json>,
    origins: Origin[],
  ): Promise<{ outcome: Outcome<Json>; forModel: string }> {
    const looked = parts.leaks.redactJson(outcome.kind === 'ok' ? outcome.value : outcome.model)
    const clean = looked instanceof Promise ? await looked : looked
    const caught =
      clean.hits.length > 0 &&
      parts.canaries.caught(clean.hits, placeOf(context, 'in what it answered to a model'))
    if (caught) return tellRefusal(caught)
    if (isUnread(clean.hits)) return tellRefusal(NOT_LOOKED_THROUGH)
    if (outcome.kind !== 'ok') {
      // What a program says of its failure may be text that it read: framed like any other.
      const from: Origin[] =
        outcome.kind === 'failed' && hasOutside(context) ? [{ kind: 'outside', source: FAILURE }] : []
      const { text } = await parts.origins.frame(String(clean.value), from)
      const word = outcome.kind === 'refused' ? 'Refused' : 'Failed'
      return { outcome, forModel: `${word} (${outcome.code}): ${text}` }
    }
    const searched = parts.leaks.scan(asText(clean.value))
    const scanned = searched instanceof Promise ? await searched : searched
    if (isUnread(scanned.hits)) return tellRefusal(NOT_LOOKED_THROUGH)
    const framed = parts.origins.frame(scanned.redacted, origins)
    const { text } = framed instanceof Promise ? await framed : framed
    return { outcome: { kind: 'ok', value: clean.value }, forModel: text }
  }

  /** As it would be handed over: without known secrets and what looks like one. */
  async function forReading(value: Json): Promise<string> {
    const known = await parts.leaks.redactJson(value)
    return (await parts.leaks.scan(asText(known.value))).redacted
  }

  async function tellRefusal(refusal: Refused): Promise<{ outcome: Refused; forModel: string }> {
    const { text } = await parts.leaks.redactKnown(refusal.model)
    return {
      outcome: refusal,
      forModel: `Refused (${refusal.code}): ${text}`,
    }
  }

  return { hasOutside, toModel, forReading, tellRefusal }
}

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
