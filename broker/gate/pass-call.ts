/**
 * The spine: the one path of every effect, read top to bottom.
 *
 *   parse → prepare (make exact, change nothing) → stop? pause? → origins → decide (pure) → ask, if it must
 *   → intent in the log → permit → perform → outcome in the log → redact, label
 *
 * It knows no policy, no dialog and no file: deciding, asking, doing and recording are four rooms, and this is the
 * corridor. It is the only maker of permits.
 */
import type { NewEntry } from '../../contract/activity.ts'
import type { Decision } from '../../contract/decision.ts'
import { failed, type Outcome, ok, type Refused, refused } from '../../contract/outcome.ts'
import { OPERATIONS, type OperationName, type ParsedRequest } from '../../contract/request.ts'
import { CAPABILITY_EFFECT, type Capability, type Json } from '../../contract/words.ts'
import type {
  ActivityLog,
  AskResult,
  CallContext,
  CanaryWatch,
  CapabilityModule,
  Clock,
  ConsentDesk,
  DecideInput,
  Decider,
  DecisionOfAll,
  EffectResult,
  FlowFacts,
  Gate,
  GrantBook,
  LabelledPart,
  LeakScanner,
  OriginTracker,
  PartSink,
  PerformContext,
  Prepared,
  StopSwitch,
} from '../ports.ts'
import { describeAll, entryFacts } from './entry-facts.ts'
import { type CredentialRule, findLeak, findUnknown } from './find-leak.ts'
import { mintPermit, type Permit } from './permit.ts'
import { refusalFor } from './refusal-for.ts'
import type { RunUsage } from './run-usage.ts'
import { scrubEntry } from './scrub-entry.ts'

export interface GateParts {
  log: ActivityLog
  stop: StopSwitch
  decider: Decider
  capabilities: CapabilityModule[]
  consent: Pick<ConsentDesk, 'ask'>
  grants: GrantBook
  origins: OriginTracker
  leaks: LeakScanner
  canaries: CanaryWatch
  credentialRule?: () => CredentialRule
  usage: RunUsage
  clock: Clock
  newId(kind: string): string
  /** A bug in a capability: for the diagnostic log. */
  onFault(error: unknown): void
}

/** What the shared part of the path needs of one request, whoever made it. */
interface Passing<T> {
  prepared: Prepared
  toolCall: Parameters<OriginTracker['flow']>[3]
  perform(permit: Permit, asked: AskResult | null): Promise<Outcome<T>>
  /** What the log's outcome entry says. */
  details(value: T): Record<string, Json>
  /** What leaves, as it was asked for. */
  leaving?: Json
  /** Nobody has asked for it yet: it is done in silence or, without a trace, not at all. */
  silent?: boolean
  /** Why a person is asked although the rules would let it go in silence. */
  mustAsk?: string
}

/** How a request got through: by rule, by grant, or by the person's answer. */
interface Through {
  decision: Decision
  asked: AskResult | null
  flow: FlowFacts
}

type Passed = Pick<Gate, 'passCapability' | 'passAhead' | 'passNeed'>

/** What can be read before its tool's code asks for it. */
const READ_AHEAD: readonly Capability[] = ['fs.read', 'fs.list']
/** A silent request that would not go in silence. */
const NOT_SILENT = refused('unavailable', 'This is asked for when the tool’s code does.')

export function createPassCall(parts: GateParts): Passed {
  const modules = new Map<OperationName, CapabilityModule>()
  for (const module of parts.capabilities) for (const name of module.operations) modules.set(name, module)

  const stops = ({ principal, byHand }: CallContext): Refused | null =>
    parts.stop.blocks(principal.id, byHand)
  const blocks = (context: CallContext): Refused | null =>
    stops(context) ?? (context.tool ? parts.canaries.frozen(context.tool.name) : null)

  async function passCapability(context: CallContext, operation: string, args: Json): Promise<Outcome<Json>> {
    const request = parseRequest(operation, args)
    if (request.kind !== 'ok') return noteRefusal(context, operation, request)
    const { capability } = OPERATIONS[request.value.operation]
    if (context.tool && !context.tool.manifest.capabilities.includes(capability))
      return noteRefusal(
        context,
        operation,
        refused(
          'not-in-manifest',
          `The tool ${context.tool.name} never asks for ${capability}: its manifest does not name it.`,
        ),
      )
    const module = modules.get(request.value.operation)
    if (!module) return refused('unavailable', `${operation} is not available on this machine.`)
    const stopped = blocks(context)
    if (stopped && stopped.code !== 'paused') return noteRefusal(context, operation, stopped)

    const prepared = await module.prepare(request.value, prepareContext(context))
    if (prepared.kind !== 'ok') return noteRefusal(context, operation, prepared)
    return passPrepared(context, module, { operation, args, prepared })
  }

  const passAhead: Gate['passAhead'] = async (context, operation, args) => {
    const request = parseRequest(operation, args)
    if (request.kind !== 'ok') return null
    const { capability } = OPERATIONS[request.value.operation]
    const module = modules.get(request.value.operation)
    if (!module || !READ_AHEAD.includes(capability)) return null
    if (context.tool && !context.tool.manifest.capabilities.includes(capability)) return null
    if (blocks(context)) return null
    const prepared = await module.prepare(request.value, prepareContext(context))
    if (prepared.kind !== 'ok') return null
    const outcome = await passPrepared(context, module, { operation, args, prepared, silent: true })
    return outcome === NOT_SILENT ? null : outcome
  }

  async function passPrepared(
    context: CallContext,
    module: CapabilityModule,
    request: { operation: string; args: Json; prepared: { value: Prepared }; silent?: boolean },
  ): Promise<Outcome<Json>> {
    const { operation, args, prepared, silent = false } = request
    const { tool } = context
    try {
      const outcome = await pass<EffectResult>(context, {
        prepared: prepared.value,
        toolCall: tool
          ? {
              tool: tool.name,
              function: operation,
              input: prepared.value.judged ?? args,
              ...(context.call ? { call: context.call } : {}),
            }
          : null,
        perform: (permit, asked) =>
          module.perform(permit, prepared.value, performContext(context, permit, asked)),
        details: (result) => ({ ...result.details, bytesIn: result.bytesIn, bytesOut: result.bytesOut }),
        leaving: args,
        silent,
      })
      return outcome.kind === 'ok' ? label(context, outcome.value) : outcome
    } finally {
      prepared.value.dispose()
    }
  }

  const passNeed: Gate['passNeed'] = (context, effect) =>
    pass(context, {
      prepared: {
        operation: 'net.fetch',
        capability: effect.need.capability,
        needs: [effect.need],
        exact: effect.exact,
        diff: null,
        binding: effect.binding,
        sentence: effect.sentence,
        bytesOut: effect.bytesOut,
        destructive: false,
        dispose() {},
      },
      toolCall: null,
      perform: (permit) => effect.perform(permit),
      details: (value) => effect.details?.(value) ?? {},
    })

  async function pass<T>(context: CallContext, passing: Passing<T>): Promise<Outcome<T>> {
    const { prepared } = passing
    const effectId = parts.newId('fx')
    const subject = describeAll(prepared.sentence)
    const notice = { id: effectId, capability: prepared.capability, subject }
    const startedAt = parts.clock()

    const leak = findLeak(parts, context, prepared, passing.leaving ?? null)
    if (leak) return noteLeak(context, prepared, leak)
    const rule = parts.credentialRule?.() ?? 'redact'
    const unknown = findUnknown(parts.leaks, rule, prepared, passing.leaving ?? null)
    if (unknown && rule === 'block')
      return noteLeak(
        context,
        prepared,
        refused('flow', `${unknown} Your settings say that it is never sent.`),
      )
    const through = await letThrough(context, unknown ? { ...passing, mustAsk: unknown } : passing, notice)
    if (through.kind !== 'ok') return through
    const { decision, asked, flow } = through.value

    const overspent = parts.usage.countBytes(context, prepared.bytesOut)
    if (overspent) return noteRefusal(context, subject, overspent)

    // Written before done. Anything that changes or sends waits for the disk; a read that nobody has asked for yet is
    // written before anything can come of it (pass-tool-call.ts).
    const facts = entryFacts(context, prepared, decision, flow, asked !== null)
    let intent: { seq: number; at: number } | null = null
    try {
      intent = parts.log.stage(scrub({ ...facts, kind: 'intent', subject }))
      if (CAPABILITY_EFFECT[prepared.capability] !== 'reads') await parts.log.sync()
      else if (!passing.silent) await parts.log.commit()
    } catch (error) {
      parts.onFault(error)
      const unwritten = refused(
        'unavailable',
        'The activity log can’t be written, so nothing is done. Free some disk space, then try again.',
      )
      if (intent) endEntry(context, prepared, intent.seq, subject, unwritten, startedAt)
      context.onEffect?.({
        ...notice,
        seq: null,
        decision,
        asked: asked !== null,
        state: 'refused',
        ms: null,
      })
      return unwritten
    }
    // From here to the effect's start nothing waits: what Stop sets is seen.
    const stopped = context.signal.aborted ? refused('cancelled', 'The run was cancelled.') : blocks(context)
    if (stopped) {
      endEntry(context, prepared, intent.seq, subject, stopped, startedAt)
      context.onEffect?.({
        ...notice,
        seq: intent.seq,
        decision,
        asked: asked !== null,
        state: 'refused',
        ms: null,
      })
      return stopped
    }
    context.onEffect?.({
      ...notice,
      seq: intent.seq,
      decision,
      asked: asked !== null,
      state: 'open',
      ms: null,
    })
    const permit = mintPermit({
      principalId: context.principal.id,
      principalName: context.principal.name,
      tool: context.tool?.name ?? null,
      runId: context.run?.id ?? null,
      callId: context.callId,
      capability: prepared.capability,
      binding: prepared.binding,
      intent: intent.seq,
      ...(context.byHand ? { byHand: true } : {}),
    })
    const began = performance.now()
    const outcome = await performSafely(() => passing.perform(permit, asked))
    permit.end()
    const ms = performance.now() - began
    endEntry(
      context,
      prepared,
      intent.seq,
      subject,
      outcome,
      startedAt,
      outcome.kind === 'ok' ? passing.details(outcome.value) : {},
      ms,
    )
    context.onEffect?.({
      ...notice,
      seq: intent.seq,
      decision,
      asked: asked !== null,
      state: outcome.kind === 'ok' ? 'ok' : outcome.kind,
      ms,
    })
    return outcome
  }

  /** Decides, and asks where it must, until the request is let through or refused. A pause waits here; nothing is lost. */
  async function letThrough(
    context: CallContext,
    passing: Passing<unknown>,
    notice: { id: string; capability: Prepared['capability']; subject: string },
  ): Promise<Outcome<Through>> {
    const { prepared } = passing
    let asked: AskResult | null = null
    for (;;) {
      if (passing.silent && blocks(context)) return NOT_SILENT
      const waited = await waitWhilePaused(context)
      if (waited) return noteDecision(context, prepared, decisionOf(waited), waited, null)
      const { facts: flow, spans } = await originsOf(context, passing)
      const stopped = stops(context)
      if (stopped?.code === 'paused') continue
      const ruled = parts.decider.decideAll(decideInput(context, stopped, flow), prepared.needs)
      const said = asked?.kind === 'allow' && !asked.byGrant
      const decided = passing.mustAsk && !said ? askFor(ruled, passing.mustAsk, prepared) : ruled
      if (passing.silent && decided.effect !== 'allow') return NOT_SILENT
      if (decided.effect === 'deny') {
        context.onEffect?.({
          ...notice,
          seq: null,
          decision: decided,
          asked: asked !== null,
          state: 'refused',
          ms: null,
        })
        return noteDecision(context, prepared, decided, stopped ?? refusalFor(decided), flow)
      }
      if (decided.effect === 'allow' && spendGrants(decided)) return ok({ decision: decided, asked, flow })
      if (decided.effect === 'allow') continue // a grant ended in this very moment: decide again
      // The answer stands for this request, unless the world moved to a deny meanwhile (seen above). A grant that
      // let the question go is no answer: it may have ended, or not count any more.
      if (said) return ok({ decision: answered(decided), asked, flow })
      context.onEffect?.({ ...notice, seq: null, decision: decided, asked: true, state: 'asking', ms: null })
      const answer = await ask(context, prepared, decided, flow, spans)
      if (answer.kind === 'deny') {
        const decision = deniedByPerson(decided, answer.refused)
        context.onEffect?.({ ...notice, seq: null, decision, asked: true, state: 'refused', ms: answer.ms })
        return noteDecision(context, prepared, decision, answer.refused, flow, true)
      }
      asked = answer
    }
  }

  async function ask(
    context: CallContext,
    prepared: Prepared,
    decided: DecisionOfAll,
    flow: FlowFacts,
    spans: Awaited<ReturnType<typeof originsOf>>['spans'],
  ): Promise<AskResult> {
    const facts = entryFacts(context, prepared, decided, flow, true)
    const subject = describeAll(prepared.sentence)
    const question = parts.log.append(scrub({ ...facts, kind: 'question', subject }))
    context.onWait?.(true)
    try {
      const answer = await parts.consent.ask({
        prepared,
        context,
        because: decided.because,
        asking: decided.asking,
        flow,
        spans,
        origins: [],
      })
      parts.log.append(
        scrub({
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

  async function originsOf(context: CallContext, passing: Passing<unknown>) {
    const runId = context.run?.id ?? context.callId
    const { spans, ...facts } = await parts.origins.flow(
      runId,
      context.perimeter,
      passing.prepared,
      passing.toolCall,
    )
    return { facts, spans }
  }

  async function waitWhilePaused(context: CallContext): Promise<Refused | null> {
    if (stops(context)?.code === 'paused') {
      context.onWait?.(true)
      try {
        await parts.stop.whilePaused(context.principal.id, context.signal)
      } finally {
        context.onWait?.(false)
      }
    }
    return context.signal.aborted ? (stops(context) ?? refused('cancelled', 'The run was cancelled.')) : null
  }

  function decideInput(
    context: CallContext,
    stop: Refused | null,
    flow: FlowFacts,
  ): Omit<DecideInput, 'need'> {
    return {
      principal: context.principal,
      runId: context.run?.id ?? null,
      tool: context.tool,
      perimeter: context.perimeter,
      stop,
      flow,
      now: parts.clock(),
      ownModel: context.ownModel ?? null,
    }
  }

  function spendGrants(decided: DecisionOfAll): boolean {
    const now = parts.clock()
    return decided.grantIds.every((id) => parts.grants.use(id, now))
  }

  function performContext(context: CallContext, permit: Permit, asked: AskResult | null): PerformContext {
    let glanceFlow: FlowFacts | null = null
    const secret =
      asked?.kind === 'allow' && asked.secretValue !== undefined
        ? { value: asked.secretValue, hosts: asked.secretHosts ?? [] }
        : undefined
    return {
      principal: context.principal,
      run: context.run,
      tool: context.tool,
      signal: context.signal,
      callId: context.callId,
      perimeter: context.perimeter,
      ...(secret ? { secretAnswer: secret } : {}),
      ...(context.parts ? { parts: labelled(context, context.parts) } : {}),
      onOutput: (stream, text) => context.onOutput?.(permit.facts.intent, stream, text),
      askAgain: (request) => passCapability(context, request.operation, request.args as unknown as Json),
      async allowFurther(need, sentence, bytesOut = 0) {
        const prepared: Prepared = {
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
        const leak = findLeak(parts, context, prepared, null)
        if (leak) return noteLeak(context, prepared, leak)
        const notice = { id: parts.newId('fx'), capability: need.capability, subject: describeAll(sentence) }
        const through = await letThrough(
          context,
          { prepared, toolCall: null, perform: async () => ok(null), details: () => ({}) },
          notice,
        )
        if (through.kind !== 'ok')
          return through.kind === 'refused'
            ? through
            : refused('invalid-request', through.person, through.model)
        const overspent = parts.usage.countBytes(context, bytesOut)
        if (overspent) return noteRefusal(context, notice.subject, overspent)
        const facts = entryFacts(
          context,
          prepared,
          through.value.decision,
          through.value.flow,
          through.value.asked !== null,
        )
        // Written before done, like what it belongs to.
        try {
          parts.log.stage(
            scrub({ ...facts, kind: 'decision', subject: notice.subject, ref: permit.facts.intent }),
          )
          await parts.log.sync()
        } catch (error) {
          parts.onFault(error)
          return refused(
            'unavailable',
            'The activity log can’t be written, so nothing is done. Free some disk space, then try again.',
          )
        }
        return (await waitWhilePaused(context)) ?? blocks(context)
      },
      wouldDecide(need) {
        // A single need, apart from any request: there is nothing in it that words could back.
        glanceFlow ??= {
          lamps: parts.origins.lamps(context.run?.id ?? context.callId, context.perimeter),
          ...{ backed: true, unbacked: [] },
        }
        return parts.decider.decide({ ...decideInput(context, null, glanceFlow), need }).effect
      },
      ruleSubjects: () => parts.decider.subjects(context.perimeter),
      progress(text) {
        parts.usage.noteProgress(context.callId, permit.facts.intent, text)
      },
    }
  }

  async function performSafely<T>(perform: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    try {
      return await perform()
    } catch (error) {
      parts.onFault(error)
      return failed(
        'io',
        'Something inside Sallyport went wrong. It is in the diagnostic log.',
        'The host failed while doing this. It may or may not have happened.',
      )
    }
  }

  function endEntry(
    context: CallContext,
    prepared: Prepared,
    ref: number,
    subject: string,
    outcome: Outcome<unknown>,
    startedAt: number,
    details: Record<string, Json> = {},
    ms = parts.clock() - startedAt,
  ): void {
    parts.usage.endProgress(context.callId, ref)
    const words = outcome.kind === 'ok' ? {} : { code: outcome.code, text: outcome.person }
    try {
      parts.log.stage(
        scrub({
          kind: 'outcome',
          subject,
          principal: context.principal,
          run: context.run,
          callId: context.callId,
          capability: prepared.capability,
          ref,
          ok: outcome.kind === 'ok',
          durationMs: ms,
          details: { ...details, ...words },
        }),
      )
    } catch (error) {
      parts.onFault(error) // the intent stands: it will read as interrupted
    }
  }

  function noteDecision(
    context: CallContext,
    prepared: Prepared,
    decision: Decision,
    refusal: Refused,
    flow: FlowFacts | null,
    asked = false,
  ): Refused {
    appendQuietly(
      scrub({
        ...entryFacts(context, prepared, decision, flow, asked),
        kind: 'decision',
        subject: describeAll(prepared.sentence),
        ok: false,
      }),
    )
    return refusal
  }

  function noteLeak(context: CallContext, prepared: Prepared, leak: Refused): Refused {
    const because = [{ layer: 'flow' as const, rule: 'leak-scan', text: leak.person }]
    return noteDecision(context, prepared, { effect: 'deny', because }, leak, null)
  }

  /** A refusal before anything had an exact form. */
  function noteRefusal<R extends Exclude<Outcome<never>, { kind: 'ok' }>>(
    context: CallContext,
    what: string,
    refusal: R,
  ): R {
    appendQuietly(
      scrub({
        kind: 'decision',
        subject: `${what.slice(0, 200)}`,
        principal: context.principal,
        run: context.run,
        callId: context.callId,
        tool: toolRef(context),
        decision: 'deny',
        ok: false,
        because: [{ layer: 'default', rule: refusal.code, text: refusal.person.slice(0, 1000) }],
      }),
    )
    return refusal
  }

  function appendQuietly(entry: NewEntry): void {
    if (!parts.usage.mayLogRefusal(entry.callId ?? '')) return
    try {
      parts.log.stage(entry)
    } catch (error) {
      parts.onFault(error)
    }
  }

  const scrub = (entry: NewEntry): NewEntry => scrubEntry(parts.leaks, entry)

  function label(context: CallContext, result: LabelledPart): Outcome<Json> {
    // A packed value was looked through before it was packed.
    const value = result.noted === undefined ? parts.leaks.redactJson(result.value).value : result.value
    const noted = result.noted ?? value
    parts.origins.noteRead(context.run?.id ?? context.callId, noted, result.origins, result.private)
    context.onRead?.(result.origins.map(({ origin }) => origin))
    return ok(value)
  }

  /** Each part is labelled before the tool has it. */
  function labelled(context: CallContext, sink: PartSink<Json>): PartSink<LabelledPart> {
    const clean = (part: LabelledPart) => (label(context, part) as { value: Json }).value
    return {
      open: (head) => sink.open(clean(head)),
      part: (part) => sink.part(clean(part)),
      closed: sink.closed,
    }
  }

  return { passCapability, passAhead, passNeed }
}

function parseRequest(operation: string, args: Json): Outcome<ParsedRequest> {
  if (!Object.hasOwn(OPERATIONS, operation))
    return refused('invalid-request', `There is no operation “${operation.slice(0, 64)}”.`)
  const name = operation as OperationName
  const parsed = OPERATIONS[name].args.safeParse(args)
  if (parsed.success) return ok({ operation: name, args: parsed.data } as ParsedRequest)
  const issue = parsed.error.issues[0]
  const place = issue?.path.length ? ` at “${issue.path.join('.')}”` : ''
  return refused(
    'invalid-request',
    `The arguments of ${name} don’t fit${place}: ${issue?.message ?? 'not valid'}.`,
  )
}

function prepareContext({ principal, run, tool, perimeter, signal, staged }: CallContext) {
  return { principal, run, tool, perimeter, signal, ...(staged ? { staged } : {}) }
}

function toolRef(context: CallContext): NewEntry['tool'] {
  return context.tool
    ? { name: context.tool.name, version: context.tool.version, hash: context.tool.hash }
    : null
}

function decisionOf(refusal: Refused): Decision {
  return { effect: 'deny', because: [{ layer: 'stop', rule: refusal.code, text: refusal.person }] }
}

function answered(decided: Decision): Decision {
  return {
    effect: 'allow',
    because: [{ layer: 'person', rule: 'answer', text: 'You allowed it.' }, ...decided.because].slice(
      0,
      20,
    ) as Decision['because'],
  }
}

/** An allow becomes a question; a deny stays one. */
function askFor(decided: DecisionOfAll, why: string, { needs }: Prepared): DecisionOfAll {
  if (decided.effect === 'deny') return decided
  const because = [{ layer: 'flow' as const, rule: 'leak-scan', text: why }, ...decided.because].slice(0, 20)
  return { ...decided, effect: 'ask', because, asking: decided.asking.length > 0 ? decided.asking : needs }
}

function deniedByPerson(decided: Decision, refusal: Refused): Decision {
  return {
    effect: 'deny',
    because: [
      { layer: 'person' as const, rule: refusal.code, text: refusal.person },
      ...decided.because,
    ].slice(0, 20),
  }
}
