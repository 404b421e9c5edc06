/**
 * The spine: the one path of every effect, read top to bottom.
 *
 *   parse → prepare (make exact, change nothing) → stop? pause? → origins → decide (pure) → ask, if it must
 *   → intent in the log → permit → perform → outcome in the log → redact, label
 *
 * It knows no policy, no dialog and no file: deciding, asking, doing and recording are four rooms, and this is the
 * corridor. It is the only maker of permits.
 */
import { failed, type Outcome, type Refused, refused } from '../../contract/outcome.ts'
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
  Decider,
  EffectResult,
  Gate,
  GrantBook,
  LeakScanner,
  OriginTracker,
  PausedTools,
  Prepared,
  StopSwitch,
} from '../ports.ts'
import { type Admitted, createAdmitRequest } from './admit-request.ts'
import { createAllowFurther, preparedFor } from './allow-further.ts'
import { describeAll } from './entry-facts.ts'
import { type CredentialRule, findLeak, findUnknown } from './find-leak.ts'
import { createGateNotes } from './gate-notes.ts'
import { createHalts } from './halts.ts'
import { createLabelParts } from './label-parts.ts'
import { createLetThrough, NOT_SILENT, type Passenger, type TellEffect } from './let-through.ts'
import { parseRequest } from './parse-request.ts'
import { createPerformContext } from './perform-context.ts'
import { mintPermit, type Permit } from './permit.ts'
import type { RunUsage } from './run-usage.ts'
import { tellWatcher } from './tell-watcher.ts'

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
  toolPauses: PausedTools
  credentialRule?: () => CredentialRule
  usage: RunUsage
  clock: Clock
  newId(kind: string): string
  /** A bug in a capability: for the diagnostic log. */
  onFault(error: unknown): void
}

/** What the shared part of the path needs of one request, whoever made it. */
interface Passing<T> extends Passenger {
  perform(permit: Permit, asked: AskResult | null): Promise<Outcome<T>>
  /** What the log's outcome entry says. */
  details(value: T): Record<string, Json>
  /** What leaves, as it was asked for. */
  leaving?: Json
}

/** A request that fits its operation, with who does it. */
interface Fitting {
  request: ParsedRequest
  capability: Capability
  module: CapabilityModule | undefined
}

/** What can be read before its tool's code asks for it. */
const READ_AHEAD: readonly Capability[] = ['fs.read', 'fs.list']

export function createPassCall(parts: GateParts): Pick<Gate, 'passCapability' | 'passAhead' | 'passNeed'> {
  const modules = new Map<OperationName, CapabilityModule>()
  for (const module of parts.capabilities) for (const name of module.operations) modules.set(name, module)
  const halts = createHalts(parts)
  const notes = createGateNotes(parts)
  const labels = createLabelParts(parts)
  const letThrough = createLetThrough({ ...parts, halts, notes })
  const admitRequest = createAdmitRequest({ ...parts, notes, letThrough })
  const allowFurther = createAllowFurther({ ...parts, halts, notes, letThrough, tellerOf })
  const performContext = createPerformContext({ ...parts, labels, notes, allowFurther, passCapability })

  async function passCapability(context: CallContext, operation: string, args: Json): Promise<Outcome<Json>> {
    const fitting = fit(context, operation, args)
    if (fitting.kind !== 'ok') return notes.refused(context, operation, fitting)
    const { module, request } = fitting.value
    if (!module) {
      const missing = refused(
        'unavailable',
        `Nothing on this computer does ${operation}, so it was not done.`,
      )
      return notes.refused(context, operation, missing)
    }
    const stopped = halts.blocks(context)
    if (stopped && stopped.code !== 'paused') return notes.refused(context, operation, stopped)

    const prepared = await module.prepare(request, prepareContext(context))
    if (prepared.kind !== 'ok') return notes.refused(context, operation, prepared)
    return passPrepared(context, module, { operation, args, prepared: prepared.value })
  }

  const passAhead: Gate['passAhead'] = async (context, operation, args) => {
    const fitting = fit(context, operation, args)
    if (fitting.kind !== 'ok') return null
    const { module, request, capability } = fitting.value
    if (!module || !READ_AHEAD.includes(capability) || halts.blocks(context)) return null
    const prepared = await module.prepare(request, prepareContext(context))
    if (prepared.kind !== 'ok') return null
    const outcome = await passPrepared(context, module, {
      ...{ operation, args, silent: true },
      prepared: prepared.value,
    })
    return outcome === NOT_SILENT ? null : outcome
  }

  function fit({ tool }: CallContext, operation: string, args: Json): Outcome<Fitting> {
    const request = parseRequest(operation, args)
    if (request.kind !== 'ok') return request
    const name = request.value.operation
    const { capability } = OPERATIONS[name]
    if (tool && !tool.manifest.capabilities.includes(capability))
      return refused(
        'not-in-manifest',
        `The tool ${tool.name} never asks for ${capability}: its manifest does not name it.`,
      )
    return { kind: 'ok', value: { request: request.value, capability, module: modules.get(name) } }
  }

  async function passPrepared(
    context: CallContext,
    module: CapabilityModule,
    request: { operation: string; args: Json; prepared: Prepared; silent?: boolean },
  ): Promise<Outcome<Json>> {
    const { operation, args, prepared, silent = false } = request
    const { tool, call } = context
    try {
      const outcome = await pass<EffectResult>(context, {
        prepared,
        toolCall: tool
          ? {
              ...{ tool: tool.name, function: operation, input: prepared.judged ?? args },
              ...(call ? { call } : {}),
            }
          : null,
        perform: (permit, asked) => module.perform(permit, prepared, performContext(context, permit, asked)),
        details: (result) => ({ ...result.details, bytesIn: result.bytesIn, bytesOut: result.bytesOut }),
        leaving: args,
        silent,
      })
      return outcome.kind === 'ok' ? labels.label(context, outcome.value) : outcome
    } finally {
      prepared.dispose()
    }
  }

  const passNeed: Gate['passNeed'] = (context, effect) =>
    pass(context, {
      prepared: { ...preparedFor(effect), exact: effect.exact, binding: effect.binding },
      toolCall: null,
      perform: (permit) => effect.perform(permit),
      details: (value) => effect.details?.(value) ?? {},
    })

  async function pass<T>(context: CallContext, passing: Passing<T>): Promise<Outcome<T>> {
    const { prepared } = passing
    const subject = describeAll(prepared.sentence)
    const startedAt = parts.clock()
    const tell = tellerOf(context, prepared)

    const leaks =
      CAPABILITY_EFFECT[prepared.capability] === 'reads' ? CARRIES_NOTHING : await leaksOf(context, passing)
    if (leaks.refusal) return notes.leaked(context, prepared, leaks.refusal)
    const passenger = leaks.mustAsk ? { ...passing, mustAsk: leaks.mustAsk } : passing
    const way = admitRequest(context, passenger, startedAt, tell)
    let admitted = await way.admit()
    for (;;) {
      if (admitted.kind !== 'ok') return admitted
      const { seq, how } = admitted.value
      // From here to the effect's start nothing waits: what Stop sets is seen.
      const stopped = context.signal.aborted
        ? refused('cancelled', 'The run was cancelled.')
        : halts.blocks(context)
      if (!stopped) return perform(context, passing, startedAt, tell, admitted.value)
      if (stopped.code !== 'paused') {
        await notes.ended(context, prepared, seq, { subject, outcome: stopped, startedAt })
        tell('refused', { ...how, seq })
        return stopped
      }
      await way.hold(seq)
      admitted = await way.admit()
    }
  }

  /** The effect itself, begun in the turn in which it was called. */
  async function perform<T>(
    context: CallContext,
    passing: Passing<T>,
    startedAt: number,
    tell: TellEffect,
    { seq, how, asked }: Admitted,
  ): Promise<Outcome<T>> {
    const { prepared } = passing
    const subject = describeAll(prepared.sentence)
    tell('open', { ...how, seq })
    const permit = permitFor(context, prepared, seq)
    const began = performance.now()
    const outcome = await performSafely(() => passing.perform(permit, asked))
    permit.end()
    const ms = performance.now() - began
    const details = outcome.kind === 'ok' ? passing.details(outcome.value) : {}
    const noted = notes.ended(context, prepared, seq, { subject, outcome, startedAt, details, ms })
    if (noted instanceof Promise) await noted
    tell(outcome.kind, { ...how, seq, ms })
    return outcome
  }

  /** What it would carry out that it may not, or why a person must see it first. */
  async function leaksOf(
    context: CallContext,
    { prepared, leaving = null }: Passing<unknown>,
  ): Promise<Leaks> {
    const refusal = await findLeak(parts, context, prepared, leaving)
    if (refusal) return { refusal }
    const rule = parts.credentialRule?.() ?? 'redact'
    const unknown = await findUnknown(parts.leaks, rule, prepared, leaving)
    if (unknown === null) return {}
    return rule === 'block'
      ? { refusal: refused('flow', `${unknown} Your settings say that it is never sent.`) }
      : { mustAsk: unknown }
  }

  function permitFor(context: CallContext, { capability, binding }: Prepared, intent: number): Permit {
    const { principal, tool, run, callId, byHand } = context
    return mintPermit({
      principalId: principal.id,
      principalName: principal.name,
      tool: tool?.name ?? null,
      runId: run?.id ?? null,
      ...{ callId, capability, binding, intent },
      ...(byHand ? { byHand: true } : {}),
    })
  }

  /** For whoever watches the run: the same effect, state after state. */
  function tellerOf(context: CallContext, { capability, sentence }: Prepared): TellEffect {
    if (!context.onEffect) return toNobody
    const notice = { id: parts.newId('fx'), capability, subject: describeAll(sentence) }
    return (state, how) =>
      tellWatcher(parts.onFault, () => context.onEffect?.({ ...notice, seq: null, ms: null, ...how, state }))
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

  return { passCapability, passAhead, passNeed }
}

interface Leaks {
  refusal?: Refused
  /** Why a person must see it first. */
  mustAsk?: string
}
/** A read takes nothing out. */
const CARRIES_NOTHING: Leaks = {}
const toNobody = () => {}

function prepareContext({ principal, run, tool, perimeter, signal, staged }: CallContext) {
  return { principal, run, tool, perimeter, signal, ...(staged ? { staged } : {}) }
}
