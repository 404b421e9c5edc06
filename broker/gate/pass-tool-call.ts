/**
 * A principal calls a tool's function: may it, does the input fit, then the lane runs it, then the result is
 * redacted, labelled and framed. The code itself has no authority: each thing it asks for goes through `pass-call.ts`.
 */
import { type AheadRequest, lowerLimits, type ToolLimitCaps } from '../../contract/manifest.ts'
import type { Origin } from '../../contract/origin.ts'
import { type Failed, type Outcome, type Refused, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type {
  ActivityLog,
  AheadAnswer,
  CallContext,
  CanaryWatch,
  Decider,
  Gate,
  InstalledTool,
  IsolateLane,
  LeakScanner,
  PausedTools,
  Staging,
  StopSwitch,
} from '../ports.ts'
import { aheadArgs } from './ahead-args.ts'
import { type CallStreams, concernsStreams, createCallStreams } from './call-streams.ts'
import { isUnread, NOT_LOOKED_THROUGH, placeOf, watchContent } from './find-leak.ts'
import { createInputFit, type InputFit } from './fit-input.ts'
import { waitForTool } from './halts.ts'
import { refusalFor } from './refusal-for.ts'
import { type ReviewParts, reviewResult } from './review-result.ts'
import type { RunUsage } from './run-usage.ts'

export interface ToolCallParts extends ReviewParts {
  stop: StopSwitch
  lane: IsolateLane
  decider: Decider
  leaks: LeakScanner
  canaries: CanaryWatch
  toolPauses: PausedTools
  usage: RunUsage
  passCapability: Gate['passCapability']
  staging: Staging
  passAhead: Gate['passAhead']
  /** What no call gets more of, whatever its tool's manifest states. */
  toolLimits?: () => ToolLimitCaps
}

/** Places that a result's frame names. */
const MOST_SOURCES = 8
const FAILURE = 'the tool’s failure'

export function createPassToolCall(parts: ToolCallParts): Gate['passToolCall'] {
  const inputFits = new WeakMap<InstalledTool, Map<string, InputFit>>()
  let streamNumber = 0

  return async (context, { callId, tool, fn, input }) => {
    const ref = { name: tool.name, version: tool.version, hash: tool.hash }
    const offered = tool.manifest.functions.find((each) => each.name === fn)
    const subject = offered ? `Use ${tool.title}: ${offered.title}` : `Use ${tool.name}.${fn.slice(0, 64)}`
    if (!context.byHand && parts.toolPauses.blocks(tool.name)) await waitWhilePaused(context, tool.name)
    const refusal = mayCall(context, tool, fn, input, offered !== undefined)
    const entry = { subject, principal: context.principal, run: context.run, callId, tool: ref }
    if (refusal) {
      note({
        ...entry,
        kind: 'decision',
        decision: 'deny',
        ok: false,
        because: [{ layer: 'perimeter', rule: refusal.code, text: refusal.person.slice(0, 1000) }],
      })
      return tellRefusal(refusal)
    }
    let started: { seq: number }
    try {
      started = parts.log.stage({ ...entry, kind: 'tool.call', decision: 'allow' })
    } catch (error) {
      parts.onFault(error)
      return tellRefusal(
        refused(
          'unavailable',
          'The activity log can’t be written, so no tool runs. Free some disk space, then try again.',
        ),
      )
    }

    const origins: Origin[] = []
    const sources = new Set<string>()
    let clock: { hold(): void; release(): void } | null = null
    const inner: CallContext = {
      ...context,
      callId,
      tool: { ...ref, manifest: tool.manifest },
      call: { function: fn, input },
      onRead(read) {
        for (const { kind, source } of read)
          if (kind === 'outside' && sources.size < MOST_SOURCES) sources.add(source)
      },
      onWait(waiting) {
        if (waiting) clock?.hold()
        else clock?.release()
        context.onWait?.(waiting)
      },
    }
    let streams: CallStreams | null = null
    const ownStreams = () => {
      streams ??= createCallStreams({
        passCapability: (operation, args, how) => parts.passCapability({ ...inner, ...how }, operation, args),
        nextNumber: () => streamNumber++,
        staging: parts.staging,
        watchContent: () => watchContent(parts, inner),
      })
      return streams
    }
    inner.staged = (stage) => ownStreams().staged(stage)
    const limits = lowerLimits(tool.manifest.limits, parts.toolLimits?.() ?? {})
    const ahead = offered?.ahead
      ? await answerAhead(inner, offered.ahead.slice(0, limits.capabilityCalls), input)
      : []
    const running = parts.lane.run({
      tool,
      principalId: context.principal.id,
      runId: context.run?.id ?? null,
      fn,
      input,
      ahead,
      limits,
      signal: context.signal,
      // What a call still waits for when it ends (cancelled and stopped too), ends with it.
      onRequest: (operation, args, ended) =>
        concernsStreams(operation)
          ? ownStreams().pass(operation, args, inner.signal)
          : parts.passCapability({ ...inner, signal: ended }, operation, args),
      onLog() {},
      sessionToken: parts.canaries.tokenFor(tool.name),
      clock: (control) => {
        clock = control
      },
    })
    const unwritten = ahead.length > 0 ? await commitSent() : null
    const result = await running
    await (streams as CallStreams | null)?.end()
    const unlogged = parts.usage.endCall(callId)
    note({
      ...entry,
      kind: 'tool.result',
      ref: started.seq,
      ok: result.outcome.kind === 'ok',
      durationMs: result.wallMs,
      details: {
        cpuMs: Math.round(result.cpuMs),
        peakRss: result.peakRss,
        ...(unlogged > 0 ? { refusalsNotListed: unlogged } : {}),
        ...(result.outcome.kind === 'ok'
          ? {}
          : { code: result.outcome.code, text: (await parts.leaks.scan(result.outcome.person)).redacted }),
      },
    })
    if (unwritten) return finish(inner, unwritten, origins)
    if (result.outcome.kind !== 'ok') {
      const kept = await reviewFailure(inner, tool, offered?.title ?? fn, result.outcome, sources)
      return finish(inner, kept ?? result.outcome, origins)
    }
    const { value } = result.outcome
    origins.push(...labelResult(context, tool, fn, input, value))
    // Where the tool got it, beside which tool it was.
    if (origins.some(({ kind }) => kind === 'outside'))
      origins.push(...[...sources].map((source): Origin => ({ kind: 'outside', source })))
    const kept = await reviewResult(parts, inner, {
      ...{ tool, title: offered?.title ?? fn, origins },
      text: () => forReading(value),
    })
    return finish(inner, kept ?? result.outcome, origins)
  }

  /** What a tool's code says of its failure can be all that it has read, and is looked at like a result. */
  async function reviewFailure(
    context: CallContext,
    tool: InstalledTool,
    title: string,
    outcome: Refused | Failed,
    sources: ReadonlySet<string>,
  ): Promise<Refused | null> {
    if (outcome.code !== 'tool-error' || !hasOutside(context)) return null
    const from = sources.size > 0 ? [...sources] : [FAILURE]
    return reviewResult(parts, context, {
      ...{ tool, title, origins: from.map((source) => ({ kind: 'outside', source })) },
      text: () => forReading(outcome.model),
    })
  }

  /** Where there is no run, nobody knows what was read before. */
  function hasOutside({ run, perimeter }: Pick<CallContext, 'run' | 'perimeter'>): boolean {
    return run ? parts.origins.lamps(run.id, perimeter).outside : true
  }

  /**
   * Reads ahead change nothing, and the box lets nothing out but by the gate: so their entries are written while the
   * code runs, before its answer is taken. When they can't be, the answer is not.
   */
  async function commitSent(): Promise<Refused | null> {
    await new Promise(setImmediate) // the call goes out in this turn
    try {
      await parts.log.commit()
      return null
    } catch (error) {
      parts.onFault(error)
      return refused(
        'unavailable',
        'The activity log can’t be written, so what the tool answered is not used. Free some disk space, then try again.',
      )
    }
  }

  async function waitWhilePaused(context: Omit<CallContext, 'tool' | 'callId'>, name: string) {
    context.onWait?.(true)
    try {
      await waitForTool(parts, context, name)
    } finally {
      context.onWait?.(false)
    }
  }

  async function answerAhead(
    context: CallContext,
    requests: readonly AheadRequest[],
    input: Json,
  ): Promise<AheadAnswer[]> {
    const answers: AheadAnswer[] = []
    for (const request of requests) {
      const args = aheadArgs(request, input)
      const outcome = await parts.passAhead(context, request.operation, args)
      if (outcome) answers.push({ operation: request.operation, args: JSON.stringify(args), outcome })
    }
    return answers
  }

  function mayCall(
    context: Omit<CallContext, 'tool' | 'callId'>,
    tool: InstalledTool,
    fn: string,
    input: Json,
    offered: boolean,
  ): Refused | null {
    const stopped = parts.stop.blocks(context.principal.id)
    if (stopped && stopped.code !== 'paused') return stopped
    const frozen = parts.canaries.frozen(tool.name)
    if (frozen) return frozen
    const decision = parts.decider.decideToolCall({
      principal: context.principal,
      perimeter: context.perimeter,
      stop: stopped,
      tool,
    })
    if (decision.effect === 'deny' && stopped?.code !== 'paused') return refusalFor(decision)
    if (!offered)
      return refused('invalid-request', `The tool ${tool.name} has no function “${fn.slice(0, 64)}”.`)
    const misfit = fitOf(tool, fn).check(input)
    if (misfit) {
      const place = misfit.path === '' ? '' : ` at “${misfit.path}”`
      return refused(
        'invalid-request',
        `The input of ${tool.name}.${fn} doesn’t fit${place}: ${misfit.text}.`,
      )
    }
    return parts.usage.countCall(context)
  }

  function fitOf(tool: InstalledTool, fn: string): InputFit {
    const fits = inputFits.get(tool) ?? new Map<string, InputFit>()
    inputFits.set(tool, fits)
    const known = fits.get(fn)
    if (known) return known
    const made = createInputFit(
      tool.manifest.functions.find((each) => each.name === fn)?.input ?? { not: {} },
    )
    fits.set(fn, made)
    return made
  }

  /** Fields that the manifest declares; the rest takes what the call read. Tool output as a whole is outside text. */
  function labelResult(
    context: Omit<CallContext, 'tool' | 'callId'>,
    tool: InstalledTool,
    fn: string,
    input: Json,
    value: Json,
  ): Origin[] {
    const declared = tool.manifest.functions.find((each) => each.name === fn)?.origins ?? []
    const fields = declared.map((each) => ({
      field: each.field,
      origin: { kind: each.origin, source: `${tool.title}` } as Origin,
      ...(each.namedBy === undefined ? {} : { namedBy: each.namedBy }),
    }))
    const lamps = context.run ? parts.origins.lamps(context.run.id, context.perimeter) : null
    const whole: Origin = { kind: lamps && !lamps.outside ? 'own' : 'outside', source: `${tool.title}` }
    const origins = [{ field: '', origin: whole }, ...fields]
    const call = { name: `${tool.name}.${fn}`, input }
    if (context.run) parts.origins.noteRead(context.run.id, value, origins, false, call)
    // A result that is the first to hold outside text is framed too.
    return [hasOutside(context) ? { ...whole, kind: 'outside' } : whole]
  }

  /** On its way to the model: free of known secrets, and of a canary above all. */
  async function finish(
    context: CallContext,
    outcome: Outcome<Json>,
    origins: Origin[],
  ): Promise<{ outcome: Outcome<Json>; forModel: string }> {
    const clean = await parts.leaks.redactJson(outcome.kind === 'ok' ? outcome.value : outcome.model)
    const caught =
      clean.hits.length > 0 &&
      parts.canaries.caught(clean.hits, placeOf(context, 'in what it answered to a model'))
    if (caught) return tellRefusal(caught)
    if (isUnread(clean.hits)) return tellRefusal(NOT_LOOKED_THROUGH)
    if (outcome.kind !== 'ok') {
      // What a program says of its failure may be text that it read: framed like any other.
      const from: Origin[] =
        outcome.kind === 'failed' && hasOutside(context) ? [{ kind: 'outside', source: FAILURE }] : []
      const { text } = parts.origins.frame(String(clean.value), from)
      const word = outcome.kind === 'refused' ? 'Refused' : 'Failed'
      return { outcome, forModel: `${word} (${outcome.code}): ${text}` }
    }
    const scanned = await parts.leaks.scan(asText(clean.value))
    if (isUnread(scanned.hits)) return tellRefusal(NOT_LOOKED_THROUGH)
    return {
      outcome: { kind: 'ok', value: clean.value },
      forModel: parts.origins.frame(scanned.redacted, origins).text,
    }
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

  function note(entry: Parameters<ActivityLog['stage']>[0]): void {
    try {
      parts.log.stage(entry)
    } catch (error) {
      parts.onFault(error)
    }
  }
}

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
