/** A capability: how a request is prepared and performed. */
import type { ExactLine } from '../../contract/consent.ts'
import type { Decision } from '../../contract/decision.ts'
import type { Origin } from '../../contract/origin.ts'
import type { Outcome, Refused } from '../../contract/outcome.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { OperationName, ParsedRequest } from '../../contract/request.ts'
import type { Need } from '../../contract/resource.ts'
import type { Capability, Json, PrincipalRef, RunRef, ToolRef } from '../../contract/words.ts'
import type { Permit } from '../gate/permit.ts'
import type { LabelledPart, PartSink, StagedFile } from './call.ts'
import type { RuleSubjects } from './deciding.ts'

/**
 * A request made exact. `prepare` resolves and opens but changes nothing and sends nothing; what it holds (handles)
 * is let go by `dispose`, which the gate always calls. `needs` and `binding` are what is decided on, shown and bound.
 */
export interface Prepared {
  operation: OperationName
  /** The capability that names the request; needs may include others (a move needs to write in two places). */
  capability: Capability
  needs: Need[]
  /** What the consent window shows beside the sentence, whole. */
  exact: ExactLine[]
  /** Old and new text of a write over existing content, as a unified diff. */
  diff: string | null
  /** Not all that changes is in the diff. */
  diffPart?: boolean
  /** Canonical JSON of all that would be done, content included (by hash when large): what a question is bound to. */
  binding: string
  /** Verb and object for sentences: { verb: 'Move', object: '12 files', tail: 'from Downloads to Archive' }. */
  sentence: { verb: string; object: string; tail: string }
  /** Bytes that would leave the machine. */
  bytesOut: number
  /** Destroys what can't be put back, or runs what can't be looked into. */
  destructive: boolean
  /** What origins judge in place of the arguments, where those do not hold the content. */
  judged?: Json
  /** Set by the request that asks the person for a secret: the consent window shows a masked field and these hosts. */
  secret?: { name: string; purpose: string; hosts: string[] } | null
  /**
   * Why it can't be done as things are now, whatever anyone answers: where no rule denies it, this comes in place of a
   * question. Asked anew after each wait.
   */
  unable?(): Refused | null
  dispose(): void
}

export interface PrepareContext {
  principal: PrincipalRef
  run: RunRef | null
  tool: ToolRef | null
  perimeter: Perimeter
  signal: AbortSignal
  /** As in `CallContext`. */
  staged?: (stage: number) => Promise<StagedFile | null>
}

export interface EffectResult {
  value: Json
  /** Where the value came from. Field pointers as in the manifest; '' is the whole. */
  origins: { field: string; origin: Origin }[]
  /** Private data of the person (a file inside the perimeter, a clipboard, a secret's use). */
  private: boolean
  bytesIn: number
  bytesOut: number
  /** For the log's outcome entry. */
  details: Record<string, Json>
}

export interface PerformContext extends PrepareContext {
  callId: string
  /** A redirect, or a contained program's request, asks the gate anew under the same call. */
  askAgain(request: ParsedRequest): Promise<Outcome<Json>>
  /**
   * Deciding on a further need that only shows while doing (a redirect's target): allowed or refused, logged.
   * `bytesOut` is what would leave with it, and counts like a request's own.
   */
  allowFurther(need: Need, sentence: Prepared['sentence'], bytesOut?: number): Promise<Refused | null>
  /** Bytes that an effect under way has sent besides, against the run's budget; a refusal where that is used up. */
  countSent(bytes: number): Refused | null
  /** Into the log, under the intent: what such bytes went to. */
  noteSent(need: Need, sentence: Prepared['sentence'], bytes: number): void
  /** What the decision on a need would be, without asking, logging or counting: for going through many things under one need. */
  wouldDecide(need: Need): Decision['effect']
  /** What single rules are about, for not having to ask `wouldDecide` for each of a hundred thousand things. */
  ruleSubjects(): RuleSubjects
  /** What the person typed into the secret card, when this request asked for one. */
  secretAnswer?: { value: string; hosts: string[] }
  /** What a contained program writes, as it comes; free of known secrets. */
  onOutput?(stream: 'stdout' | 'stderr', text: string): void
  /** Where the answer goes when it was asked for in parts. */
  parts?: PartSink<LabelledPart>
  /** Into the log: what was refused on the way, where that is no decision of its own on a need. */
  noteRefused(subject: string, refusal: Refused): void
  /** A line for the log while it lasts: bytes already sent, for an honest receipt. */
  progress(text: string): void
}

/** One file each in `broker/capabilities/`; deleting the file removes the power. */
export interface CapabilityModule {
  operations: readonly OperationName[]
  prepare(request: ParsedRequest, context: PrepareContext): Promise<Outcome<Prepared>>
  /** Consumes the permit; acts only on what `prepared` holds. */
  perform(permit: Permit, prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>>
}
