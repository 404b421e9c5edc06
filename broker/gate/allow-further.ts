/**
 * What an effect under way needs besides: the next address of a redirect, a host that a contained program connects to.
 * Decided, asked and written down like a request of its own, under the intent that it belongs to.
 */
import { type Outcome, type Refused, refused } from '../../contract/outcome.ts'
import type { ActivityLog, CallContext, PerformContext, Prepared } from '../ports.ts'
import { describeAll, entryFacts } from './entry-facts.ts'
import { findLeak, type LeakParts } from './find-leak.ts'
import { type GateNotes, UNWRITTEN } from './gate-notes.ts'
import type { Halts } from './halts.ts'
import type { LetThrough, TellEffect } from './let-through.ts'
import type { RunUsage } from './run-usage.ts'

interface FurtherParts extends LeakParts {
  log: ActivityLog
  usage: RunUsage
  halts: Halts
  notes: GateNotes
  letThrough: LetThrough
  tellerOf(context: CallContext, prepared: Prepared): TellEffect
  onFault(error: unknown): void
}

type Asks = Parameters<PerformContext['allowFurther']>
export interface Further {
  need: Asks[0]
  sentence: Asks[1]
  bytesOut: number
}

/** `intent` is the number of the entry that it belongs to. Null lets it go. */
export type AllowFurther = (context: CallContext, intent: number, further: Further) => Promise<Refused | null>

export function createAllowFurther(parts: FurtherParts): AllowFurther {
  const { notes, halts } = parts
  return async (context, intent, { need, sentence, bytesOut }) => {
    const prepared = preparedFor({ need, sentence, bytesOut })
    const leak = await findLeak(parts, context, prepared, null)
    if (leak) return notes.leaked(context, prepared, leak)
    const tell = parts.tellerOf(context, prepared)
    const through = await parts.letThrough(context, { prepared, toolCall: null }, tell)
    if (through.kind !== 'ok') return asRefusal(through)
    const subject = describeAll(sentence)
    const overspent = parts.usage.countBytes(context, bytesOut)
    if (overspent) return notes.refused(context, subject, overspent)
    const { decision, flow, asked } = through.value
    const facts = entryFacts(context, prepared, decision, flow, asked !== null)
    // Written before done, like what it belongs to.
    try {
      parts.log.stage(await notes.scrub({ ...facts, kind: 'decision', subject, ref: intent }))
      await parts.log.sync()
    } catch (error) {
      parts.onFault(error)
      return UNWRITTEN
    }
    return (await halts.waitWhilePaused(context)) ?? halts.blocks(context)
  }
}

/** A need that stands for itself: nothing is held open, nothing is shown but its sentence. */
export function preparedFor({ need, sentence, bytesOut }: Further): Prepared {
  return {
    operation: 'net.fetch',
    capability: need.capability,
    needs: [need],
    exact: [],
    diff: null,
    binding: JSON.stringify(need),
    sentence,
    bytesOut,
    destructive: false,
    dispose() {},
  }
}

function asRefusal(outcome: Exclude<Outcome<unknown>, { kind: 'ok' }>): Refused {
  return outcome.kind === 'refused' ? outcome : refused('invalid-request', outcome.person, outcome.model)
}
