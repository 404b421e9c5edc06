/**
 * Decides on a request, and asks where it must, until it is let through or refused. Nothing is done here. What changes
 * meanwhile (a pause, a stop, a grant that ends, a rule that came) is seen: after every wait it is decided anew.
 */
import type { Decision, Layer } from '../../contract/decision.ts'
import { type Outcome, ok, type Refused, refused } from '../../contract/outcome.ts'
import type {
  ActivityLog,
  AskResult,
  CallContext,
  Clock,
  ConsentDesk,
  DecideInput,
  Decider,
  DecisionOfAll,
  EffectNotice,
  FlowFacts,
  GrantBook,
  LeakScanner,
  OriginTracker,
  Prepared,
  Soon,
} from '../ports.ts'
import { describeAll, entryFacts } from './entry-facts.ts'
import type { GateNotes } from './gate-notes.ts'
import type { Halts } from './halts.ts'
import { refusalFor } from './refusal-for.ts'
import type { RunUsage } from './run-usage.ts'

interface LetThroughParts {
  log: ActivityLog
  decider: Decider
  consent: Pick<ConsentDesk, 'ask'>
  grants: GrantBook
  origins: OriginTracker
  leaks: Pick<LeakScanner, 'redactKnown'>
  clock: Clock
  halts: Halts
  notes: GateNotes
  usage: Pick<RunUsage, 'lacksBytes'>
}

/** What is to be let through. */
export interface Passenger {
  prepared: Prepared
  toolCall: Parameters<OriginTracker['flow']>[3]
  /** Nobody has asked for it yet: it is done in silence or, without a trace, not at all. */
  silent?: boolean
  /** Why a person is asked although the rules would let it go in silence. */
  mustAsk?: string
  /** What the person said to it, where a pause held it after. */
  answered?: AskResult | null
  /** What it sends is in the run's budget already. */
  counted?: boolean
}

/** How a request got through: by rule, by grant, or by the person's answer. */
export interface Through {
  decision: Decision
  asked: AskResult | null
  flow: FlowFacts
}

/** Tells the run's view how the request stands. */
export type TellEffect = (
  state: EffectNotice['state'],
  how: Pick<EffectNotice, 'decision' | 'asked'> & Partial<Pick<EffectNotice, 'seq' | 'ms'>>,
) => void

export type LetThrough = (
  context: CallContext,
  passenger: Passenger,
  tell: TellEffect,
) => Promise<Outcome<Through>>

/** A silent request that would not go in silence. */
export const NOT_SILENT = refused('unavailable', 'This is asked for when the tool’s code does.')

export function createLetThrough(parts: LetThroughParts): LetThrough {
  const { halts, notes } = parts

  return async (context, passenger, tell) => {
    const { prepared, silent, mustAsk } = passenger
    let answer: AskResult | null = passenger.answered ?? null
    for (;;) {
      if (silent && halts.blocks(context)) return NOT_SILENT
      const waited = halts.waitWhilePaused(context)
      const ended = waited instanceof Promise ? await waited : waited
      if (ended) return notes.decided(context, prepared, { decision: decisionOf(ended) }, ended)
      const origins = originsOf(context, passenger)
      const { flow, spans } = origins instanceof Promise ? await origins : origins
      const stopped = halts.stops(context)
      if (stopped?.code === 'paused') continue
      const ruled = parts.decider.decideAll(decideInput(parts.clock, context, stopped, flow), prepared.needs)
      const said = answer?.kind === 'allow' && !answer.byGrant
      const decided = mustAsk && !said ? askFor(ruled, mustAsk, prepared) : ruled
      if (silent && decided.effect !== 'allow') return NOT_SILENT
      if (decided.effect === 'deny') {
        tell('refused', { decision: decided, asked: answer !== null })
        return notes.decided(context, prepared, { decision: decided, flow }, stopped ?? refusalFor(decided))
      }
      // Nobody is asked for what could only be refused after the yes.
      const lacks = passenger.counted ? null : parts.usage.lacksBytes(context, prepared.bytesOut)
      const unable = prepared.unable?.() ?? lacks
      if (unable) {
        const decision = deniedBy('default', unable, decided)
        tell('refused', { decision, asked: answer !== null })
        return notes.decided(context, prepared, { decision, flow }, unable)
      }
      if (decided.effect === 'allow' && spendGrants(decided))
        return ok({ decision: decided, asked: answer, flow })
      if (decided.effect === 'allow') continue // a grant ended in this very moment: decide again
      // The answer stands for this request, unless the world moved to a deny meanwhile (seen above). A grant that
      // let the question go is no answer: it may have ended, or not count any more.
      if (said) return ok({ decision: answered(decided), asked: answer, flow })
      tell('asking', { decision: decided, asked: true })
      answer = await ask(context, prepared, decided, flow, spans)
      if (answer.kind === 'deny') {
        const decision = deniedBy('person', answer.refused, decided)
        // Silence and Stop are nobody's answer: the record must not say that the person denied.
        const asked = answer.refused.code === 'denied-by-person'
        tell('refused', { decision, asked, ms: answer.ms })
        return notes.decided(context, prepared, { decision, flow, asked }, answer.refused)
      }
    }
  }

  /** What the request itself carries was looked at before; what it would replace may be the person's own secret. */
  async function withoutSecrets(prepared: Prepared): Promise<Prepared> {
    if (prepared.diff === null) return prepared
    return { ...prepared, diff: (await parts.leaks.redactKnown(prepared.diff)).text }
  }

  async function ask(
    context: CallContext,
    prepared: Prepared,
    decided: DecisionOfAll,
    flow: FlowFacts,
    spans: Origins['spans'],
  ): Promise<AskResult> {
    const facts = entryFacts(context, prepared, decided, flow, true)
    const subject = describeAll(prepared.sentence)
    const question = parts.log.append(await notes.scrub({ ...facts, kind: 'question', subject }))
    context.onWait?.(true)
    try {
      const answer = await parts.consent.ask({
        prepared: await withoutSecrets(prepared),
        context,
        because: decided.because,
        asking: decided.asking,
        flow,
        spans,
        origins: [],
      })
      parts.log.append(
        await notes.scrub({
          ...facts,
          kind: 'answer',
          subject,
          ref: question.seq,
          decision: answer.kind,
          durationMs: answer.ms,
          details: {
            questionId: answer.questionId,
            grant: answer.kind === 'allow' ? (answer.grant?.id ?? null) : null,
            code: answer.kind === 'deny' ? answer.refused.code : null,
          },
        }),
      )
      return answer
    } finally {
      context.onWait?.(false)
    }
  }

  function originsOf(context: CallContext, { prepared, toolCall }: Passenger): Soon<Origins> {
    const runId = context.run?.id ?? context.callId
    const judged = parts.origins.flow(runId, context.perimeter, prepared, toolCall)
    return judged instanceof Promise ? judged.then(apart) : apart(judged)
  }

  function spendGrants(decided: DecisionOfAll): boolean {
    const now = parts.clock()
    return decided.grantIds.every((id) => parts.grants.use(id, now))
  }
}

type Judged = Awaited<ReturnType<OriginTracker['flow']>>
interface Origins {
  flow: FlowFacts
  spans: Judged['spans']
}
const apart = ({ spans, ...flow }: Judged): Origins => ({ flow, spans })

export function decideInput(
  clock: Clock,
  { principal, run, tool, perimeter, ownModel }: CallContext,
  stop: Refused | null,
  flow: FlowFacts,
): Omit<DecideInput, 'need'> {
  return {
    ...{ principal, tool, perimeter, stop, flow },
    runId: run?.id ?? null,
    now: clock(),
    ownModel: ownModel ?? null,
  }
}

/** Reasons that a decision holds. */
const MOST_REASONS = 20

function decisionOf(refusal: Refused): Decision {
  return { effect: 'deny', because: [{ layer: 'stop', rule: refusal.code, text: refusal.person }] }
}

/** An allow becomes a question; a deny stays one. */
function askFor(decided: DecisionOfAll, why: string, { needs }: Prepared): DecisionOfAll {
  if (decided.effect === 'deny') return decided
  return {
    ...decided,
    effect: 'ask',
    because: firstOf({ layer: 'flow', rule: 'leak-scan', text: why }, decided),
    asking: decided.asking.length > 0 ? decided.asking : needs,
  }
}

function answered(decided: Decision): Decision {
  const because = firstOf({ layer: 'person', rule: 'answer', text: 'You allowed it.' }, decided)
  return { effect: 'allow', because }
}

function deniedBy(layer: Layer, refusal: Refused, decided: Decision): Decision {
  const because = firstOf({ layer, rule: refusal.code, text: refusal.person }, decided)
  return { effect: 'deny', because }
}

function firstOf(reason: Decision['because'][number], { because }: Decision): Decision['because'] {
  return [reason, ...because].slice(0, MOST_REASONS)
}
