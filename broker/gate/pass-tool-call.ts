/**
 * A principal calls a tool's function: may it, does the input fit, then the lane runs it, then the result is
 * redacted, labelled and framed. The code itself has no authority: each thing it asks for goes through `pass-call.ts`.
 */
import { type AheadRequest, lowerLimits, type ToolLimitCaps } from '../../contract/manifest.ts'
import type { Origin } from '../../contract/origin.ts'
import { type Failed, type Refused, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type {
  ActivityLog,
  AheadAnswer,
  CallContext,
  Gate,
  InstalledTool,
  IsolateLane,
  PausedTools,
  Staging,
} from '../ports.ts'
import { aheadArgs } from './ahead-args.ts'
import { type CallStreams, concernsStreams, createCallStreams } from './call-streams.ts'
import { watchContent } from './find-leak.ts'
import { waitForTool } from './halts.ts'
import { createHandOver, FAILURE, type HandOverParts } from './hand-over-result.ts'
import { createMayCallTool, type MayCallParts } from './may-call-tool.ts'
import { type ReviewParts, reviewResult } from './review-result.ts'
import { createLogTeller } from './tell-log.ts'

export interface ToolCallParts extends ReviewParts, MayCallParts, HandOverParts {
  lane: IsolateLane
  toolPauses: PausedTools
  passCapability: Gate['passCapability']
  staging: Staging
  passAhead: Gate['passAhead']
  /** What no call gets more of, whatever its tool's manifest states. */
  toolLimits?: () => ToolLimitCaps
}

type Offered = InstalledTool['manifest']['functions'][number] | undefined

/** Places that a result's frame names. */
const MOST_SOURCES = 8

/** After so many ms others have their turn. */
const LONG_MS = 8

export function createPassToolCall(parts: ToolCallParts): Gate['passToolCall'] {
  const mayCall = createMayCallTool(parts)
  const { forReading, hasOutside, tellRefusal, toModel } = createHandOver(parts)
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
        for (const { origin } of read)
          if (origin.kind === 'outside' && sources.size < MOST_SOURCES) sources.add(origin.source)
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
    const log = createLogTeller(parts.leaks, context.onLog, parts.onFault)
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
      onRequest: (operation, args, ended, request) =>
        concernsStreams(operation)
          ? ownStreams().pass(operation, args, inner.signal, request)
          : parts.passCapability({ ...inner, signal: ended }, operation, args),
      onLog: log.line,
      sessionToken: parts.canaries.tokenFor(tool.name),
      clock: (control) => {
        clock = control
      },
    })
    const unwritten = ahead.length > 0 ? await commitSent() : null
    const result = await running
    await (streams as CallStreams | null)?.end()
    await log.told()
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
    if (unwritten) return toModel(inner, unwritten, origins)
    if (result.outcome.kind !== 'ok') {
      const kept = await reviewFailure(inner, tool, offered?.title ?? fn, result.outcome, sources)
      return toModel(inner, kept ?? result.outcome, origins)
    }
    const { value } = result.outcome
    const labelledAt = performance.now()
    origins.push(labelResult(context, tool, { fn, offered, input, value }))
    // What took long to label takes long to look through, too.
    if (performance.now() - labelledAt > LONG_MS) await new Promise(setImmediate)
    // Where the tool got it, beside which tool it was.
    if (origins.some(({ kind }) => kind === 'outside'))
      origins.push(...[...sources].map((source): Origin => ({ kind: 'outside', source })))
    const kept = await reviewResult(parts, inner, {
      ...{ tool, title: offered?.title ?? fn, origins },
      text: () => forReading(value),
    })
    return toModel(inner, kept ?? result.outcome, origins)
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

  /** Fields that the manifest declares; the rest takes what the call read. Tool output as a whole is outside text. */
  function labelResult(
    context: Omit<CallContext, 'tool' | 'callId'>,
    tool: InstalledTool,
    { fn, offered, input, value }: { fn: string; offered: Offered; input: Json; value: Json },
  ): Origin {
    const fields = (offered?.origins ?? []).map((each) => ({
      field: each.field,
      origin: { kind: each.origin, source: tool.title },
      ...(each.namedBy === undefined ? {} : { namedBy: each.namedBy }),
    }))
    const lamps = context.run ? parts.origins.lamps(context.run.id, context.perimeter) : null
    const whole: Origin = { kind: lamps && !lamps.outside ? 'own' : 'outside', source: tool.title }
    const origins = [{ field: '', origin: whole }, ...fields]
    const call = { name: `${tool.name}.${fn}`, input }
    if (context.run) parts.origins.noteRead(context.run.id, value, origins, false, call)
    // A result that is the first to hold outside text is framed too.
    return hasOutside(context) ? { ...whole, kind: 'outside' } : whole
  }

  function note(entry: Parameters<ActivityLog['stage']>[0]): void {
    try {
      parts.log.stage(entry)
    } catch (error) {
      parts.onFault(error)
    }
  }
}
