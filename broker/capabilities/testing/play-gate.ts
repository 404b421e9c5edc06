/**
 * For tests: what the gate does around a capability, without deciding. Permits are made by the caller's own import, so
 * that the rule about who may make them stays whole.
 */
import { type Outcome, ok } from '../../../contract/outcome.ts'
import { Perimeter } from '../../../contract/perimeter.ts'
import { OPERATIONS, type OperationName, type ParsedRequest } from '../../../contract/request.ts'
import type { Need } from '../../../contract/resource.ts'
import type { Permit, PermitFacts } from '../../gate/permit.ts'
import type { CapabilityModule, EffectResult, PerformContext, Prepared, UndoRecorder } from '../../ports.ts'

export interface PlayedGate {
  prepare(
    operation: OperationName,
    args: object,
    context?: Partial<PerformContext>,
  ): Promise<Outcome<Prepared>>
  /** Prepares and performs, and lets go. */
  pass(
    operation: OperationName,
    args: object,
    context?: Partial<PerformContext>,
  ): Promise<Outcome<EffectResult>>
  /** @param other what the permit is for instead, or that it was used */
  perform(
    prepared: Prepared,
    context?: Partial<PerformContext>,
    other?: Partial<PermitFacts> & { used?: boolean },
  ): Promise<Outcome<EffectResult>>
  /** Needs that came up while doing. */
  further: Need[]
}

export function playGate(modules: CapabilityModule[], mint: (facts: PermitFacts) => Permit): PlayedGate {
  const further: Need[] = []
  const moduleFor = (operation: OperationName) => {
    const module = modules.find(({ operations }) => operations.includes(operation))
    if (!module) throw new Error(`Nothing does ${operation}.`)
    return module
  }
  const base = (): PerformContext => ({
    principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
    run: { id: 'run_test', title: 'Test' },
    tool: null,
    signal: new AbortController().signal,
    callId: 'call_test',
    perimeter: Perimeter.parse({}),
    askAgain: async () => ok(null),
    async allowFurther(need) {
      further.push(need)
      return null
    },
    countSent: () => null,
    noteSent() {},
    noteRefused() {},
    wouldDecide: () => 'allow',
    // A test's own `wouldDecide` may be about anything.
    ruleSubjects: () => ({
      isAboutName: () => true,
      isAboutPlace: () => true,
      places: () => [],
    }),
    progress() {},
  })
  const prepare = async (operation: OperationName, args: object, context: Partial<PerformContext> = {}) => {
    const request = { operation, args: OPERATIONS[operation].args.parse(args) } as ParsedRequest
    return moduleFor(operation).prepare(request, { ...base(), ...context })
  }
  const perform: PlayedGate['perform'] = async (prepared, context = {}, { used, ...other } = {}) => {
    const { capability, binding } = prepared
    const permit = mint({
      principalId: 'agent_test',
      principalName: 'Test',
      tool: null,
      runId: 'run_test',
      callId: 'call_test',
      capability,
      binding,
      intent: 1,
      ...other,
    })
    if (used) permit.consume(permit.facts.capability, permit.facts.binding)
    return moduleFor(prepared.operation).perform(permit, prepared, { ...base(), ...context })
  }
  return {
    further,
    prepare,
    perform,
    async pass(operation, args, context) {
      const prepared = await prepare(operation, args, context)
      if (prepared.kind !== 'ok') return prepared
      try {
        return await perform(prepared.value, context)
      } finally {
        prepared.value.dispose()
      }
    },
  }
}

/** An undo store that keeps nothing. */
export function noUndo(): UndoRecorder {
  let count = 0
  return {
    before: async () => ok({ id: `change_${++count}` }),
    after: async () => {},
    carrying() {},
    setAside: async () => 'kept',
  }
}
