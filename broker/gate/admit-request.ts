/**
 * All that comes before an effect: let through, counted, its intent written. Where a pause meets it after that, the
 * intent ends there, with nothing done, and the request waits and is admitted anew once it is resumed: rules, grants and
 * what the run has read may be others by then. What a person answered stands.
 */
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { CAPABILITY_EFFECT } from '../../contract/words.ts'
import type { ActivityLog, AskResult, CallContext } from '../ports.ts'
import { describeAll, entryFacts } from './entry-facts.ts'
import { type GateNotes, UNWRITTEN } from './gate-notes.ts'
import type { LetThrough, Passenger, TellEffect, Through } from './let-through.ts'
import type { RunUsage } from './run-usage.ts'

interface AdmitParts {
  log: ActivityLog
  usage: RunUsage
  notes: GateNotes
  letThrough: LetThrough
  onFault(error: unknown): void
}

export interface Admitted {
  /** Number of the intent's entry. */
  seq: number
  asked: AskResult | null
  how: Parameters<TellEffect>[1]
}

/** How an intent ends that a pause met before its effect. */
const HELD = refused(
  'paused',
  'A pause held it before it began: nothing was done. Once resumed it is decided anew.',
)

/** One request's way in. `startedAt` is by the gate's clock. */
export function createAdmitRequest({ log, usage, notes, letThrough, onFault }: AdmitParts) {
  return (context: CallContext, passenger: Passenger, startedAt: number, tell: TellEffect) => {
    const { prepared, silent } = passenger
    const subject = describeAll(prepared.sentence)
    let answered: AskResult | null = null
    let counted = false

    /**
     * Written before done. Anything that changes or sends waits for the disk; a read that nobody has asked for yet is
     * written before anything can come of it (pass-tool-call.ts). Gives the entry's number.
     */
    async function writeIntent({ decision, flow, asked }: Through): Promise<Outcome<number>> {
      const facts = entryFacts(context, prepared, decision, flow, asked !== null)
      let seq: number | null = null
      try {
        const clean = notes.scrub({ ...facts, kind: 'intent', subject })
        seq = log.stage(clean instanceof Promise ? await clean : clean).seq
        if (CAPABILITY_EFFECT[prepared.capability] !== 'reads') await log.sync()
        else if (!silent) await log.commit()
        return ok(seq)
      } catch (error) {
        onFault(error)
        if (seq !== null)
          await notes.ended(context, prepared, seq, { subject, outcome: UNWRITTEN, startedAt })
        return UNWRITTEN
      }
    }

    return {
      async admit(): Promise<Outcome<Admitted>> {
        const through = await letThrough(context, { ...passenger, answered, counted }, tell)
        if (through.kind !== 'ok') return through
        const { decision, asked } = through.value
        const how = { decision, asked: asked !== null }
        answered = asked
        const overspent = counted ? null : usage.countBytes(context, prepared.bytesOut)
        if (overspent) return notes.refused(context, subject, overspent)
        counted = true
        const intent = await writeIntent(through.value)
        if (intent.kind === 'ok') return ok({ seq: intent.value, asked, how })
        tell('refused', how)
        return intent
      },

      /** While it is held nobody may take it for done: also where the broker is killed in that time. */
      async hold(seq: number): Promise<void> {
        await notes.ended(context, prepared, seq, { subject, outcome: HELD, startedAt })
        try {
          await log.commit()
        } catch (error) {
          onFault(error)
        }
      },
    }
  }
}
