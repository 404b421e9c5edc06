/**
 * What the gate writes down of a request. Everything goes through the leak scan first. That something was refused, and
 * how an effect ended, is told of the past: when the log can't take it, the answer stands all the same.
 */
import type { NewEntry } from '../../contract/activity.ts'
import type { Decision } from '../../contract/decision.ts'
import { type Outcome, type Refused, refused } from '../../contract/outcome.ts'
import type { Need } from '../../contract/resource.ts'
import type { Json } from '../../contract/words.ts'
import type { ActivityLog, CallContext, Clock, FlowFacts, LeakScanner, Prepared, Soon } from '../ports.ts'
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

/** Why it was let go. */
const SENT = {
  layer: 'default' as const,
  rule: 'default:sent',
  text: 'The connection was let through before; this is what has gone over it since.',
}

export type GateNotes = ReturnType<typeof createGateNotes>

export function createGateNotes({ log, leaks, usage, clock, onFault }: NoteParts) {
  const scrub = (entry: NewEntry): Soon<NewEntry> => scrubEntry(leaks, entry)

  /** What is beyond a call's share of refusals is counted instead (`refusalsNotListed`). */
  function noteQuietly(entry: NewEntry, always = false): Soon<void> {
    if (!always && !usage.mayLogRefusal(entry.callId ?? '')) return
    return stage(entry)
  }

  function stage(entry: NewEntry): Soon<void> {
    const write = (clean: NewEntry) => {
      try {
        log.stage(clean)
      } catch (error) {
        onFault(error)
      }
    }
    const clean = scrub(entry)
    return clean instanceof Promise ? clean.then(write) : write(clean)
  }

  /** A request that was decided against. Gives its refusal. */
  function decided(
    context: CallContext,
    prepared: Prepared,
    {
      decision,
      flow = null,
      asked = false,
    }: { decision: Decision; flow?: FlowFacts | null; asked?: boolean },
    refusal: Refused,
  ): Soon<Refused> {
    const noted = noteQuietly({
      ...entryFacts(context, prepared, decision, flow, asked),
      kind: 'decision',
      subject: describeAll(prepared.sentence),
      ok: false,
    })
    return after(noted, refusal)
  }

  return {
    scrub,
    decided,

    /** A request that would have carried a secret out. */
    leaked(context: CallContext, prepared: Prepared, leak: Refused): Soon<Refused> {
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
    ): Soon<R> {
      const entry: NewEntry = {
        kind: 'decision',
        subject: what.slice(0, 200),
        principal: context.principal,
        run: context.run,
        callId: context.callId,
        tool: toolRef(context),
        decision: 'deny',
        ok: false,
        because: [{ layer: 'default', rule: refusal.code, text: refusal.person.slice(0, 1000) }],
      }
      return after(noteQuietly(entry, always), refusal)
    },

    /** What an effect under way has sent, beyond what was decided on: told of the past, under its intent. */
    sent(
      context: CallContext,
      ref: number,
      { need, sentence, bytesOut }: { need: Need; sentence: Prepared['sentence']; bytesOut: number },
    ): Soon<void> {
      return stage({
        kind: 'decision',
        subject: describeAll(sentence),
        principal: context.principal,
        run: context.run,
        callId: context.callId,
        tool: toolRef(context),
        capability: need.capability,
        decision: 'allow',
        because: [SENT],
        ref,
        details: { needs: [need] as unknown as Json, bytesOut },
      })
    },

    /** The end of what the entry `ref` began. Unwritten, it will read as interrupted. */
    ended(context: CallContext, { capability }: Prepared, ref: number, end: Ended): Soon<void> {
      const { subject, outcome, startedAt, details = {}, ms = clock() - startedAt } = end
      usage.endProgress(context.callId, ref)
      const words = outcome.kind === 'ok' ? {} : { code: outcome.code, text: outcome.person }
      return stage({
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
      })
    },
  }
}

const after = <T>(noted: Soon<void>, value: T): Soon<T> =>
  noted instanceof Promise ? noted.then(() => value) : value
