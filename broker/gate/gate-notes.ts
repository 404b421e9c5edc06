/**
 * What the gate writes down of a request. Everything goes through the leak scan first. That something was refused, and
 * how an effect ended, is told of the past: when the log can't take it, the answer stands all the same.
 */
import type { NewEntry } from '../../contract/activity.ts'
import type { Decision } from '../../contract/decision.ts'
import { type Outcome, type Refused, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { ActivityLog, CallContext, Clock, FlowFacts, LeakScanner, Prepared } from '../ports.ts'
import { describeAll, entryFacts, toolRef } from './entry-facts.ts'
import type { RunUsage } from './run-usage.ts'
import { scrubEntry } from './scrub-entry.ts'

interface NoteParts {
  log: ActivityLog
  leaks: LeakScanner
  usage: RunUsage
  clock: Clock
  onFault(error: unknown): void
}

/** How an effect ended. */
export interface Ended {
  subject: string
  outcome: Outcome<unknown>
  /** By the gate's clock. */
  startedAt: number
  details?: Record<string, Json>
  /** Of the effect alone, where there was one; else counted from `startedAt`. */
  ms?: number
}

/** Said when nothing may begin because it can't be written down. */
export const UNWRITTEN = refused(
  'unavailable',
  'The activity log can’t be written, so nothing is done. Free some disk space, then try again.',
)

export type GateNotes = ReturnType<typeof createGateNotes>

export function createGateNotes({ log, leaks, usage, clock, onFault }: NoteParts) {
  const scrub = (entry: NewEntry): NewEntry => scrubEntry(leaks, entry)

  /** What is beyond a call's share of refusals is counted instead (`refusalsNotListed`). */
  function noteQuietly(entry: NewEntry, always = false): void {
    if (!always && !usage.mayLogRefusal(entry.callId ?? '')) return
    try {
      log.stage(entry)
    } catch (error) {
      onFault(error)
    }
  }

  /** A request that was decided against. Returns its refusal. */
  function decided(
    context: CallContext,
    prepared: Prepared,
    {
      decision,
      flow = null,
      asked = false,
    }: { decision: Decision; flow?: FlowFacts | null; asked?: boolean },
    refusal: Refused,
  ): Refused {
    noteQuietly(
      scrub({
        ...entryFacts(context, prepared, decision, flow, asked),
        kind: 'decision',
        subject: describeAll(prepared.sentence),
        ok: false,
      }),
    )
    return refusal
  }

  return {
    scrub,
    decided,

    /** A request that would have carried a secret out. */
    leaked(context: CallContext, prepared: Prepared, leak: Refused): Refused {
      const because = [{ layer: 'flow' as const, rule: 'leak-scan', text: leak.person }]
      return decided(context, prepared, { decision: { effect: 'deny', because } }, leak)
    },

    /**
     * A refusal before anything had an exact form, or beside what was decided.
     * @param always one that speaks for many
     */
    refused<R extends Exclude<Outcome<never>, { kind: 'ok' }>>(
      context: CallContext,
      what: string,
      refusal: R,
      always = false,
    ): R {
      noteQuietly(
        scrub({
          kind: 'decision',
          subject: what.slice(0, 200),
          principal: context.principal,
          run: context.run,
          callId: context.callId,
          tool: toolRef(context),
          decision: 'deny',
          ok: false,
          because: [{ layer: 'default', rule: refusal.code, text: refusal.person.slice(0, 1000) }],
        }),
        always,
      )
      return refusal
    },

    /** The end of what the entry `ref` began. Unwritten, it will read as interrupted. */
    ended(context: CallContext, { capability }: Prepared, ref: number, end: Ended): void {
      const { subject, outcome, startedAt, details = {}, ms = clock() - startedAt } = end
      usage.endProgress(context.callId, ref)
      const words = outcome.kind === 'ok' ? {} : { code: outcome.code, text: outcome.person }
      try {
        log.stage(
          scrub({
            kind: 'outcome',
            subject,
            principal: context.principal,
            run: context.run,
            callId: context.callId,
            capability,
            ref,
            ok: outcome.kind === 'ok',
            durationMs: ms,
            details: { ...details, ...words },
          }),
        )
      } catch (error) {
        onFault(error)
      }
    },
  }
}
