/** What a capability is given beside its permit: whose request it is, and the ways back to the gate while it works. */

import type { Json } from '../../contract/words.ts'
import type {
  AskResult,
  CallContext,
  Clock,
  Decider,
  FlowFacts,
  Gate,
  OriginTracker,
  PerformContext,
} from '../ports.ts'
import type { AllowFurther } from './allow-further.ts'
import type { GateNotes } from './gate-notes.ts'
import type { LabelParts } from './label-parts.ts'
import { decideInput } from './let-through.ts'
import type { Permit } from './permit.ts'
import type { RunUsage } from './run-usage.ts'
import { tellWatcher } from './tell-watcher.ts'

interface ContextParts {
  decider: Decider
  origins: OriginTracker
  usage: RunUsage
  clock: Clock
  labels: LabelParts
  allowFurther: AllowFurther
  notes: Pick<GateNotes, 'refused' | 'sent'>
  passCapability: Gate['passCapability']
  onFault(error: unknown): void
}

export function createPerformContext(parts: ContextParts) {
  return (context: CallContext, permit: Permit, asked: AskResult | null): PerformContext => {
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
      ...(context.parts ? { parts: parts.labels.labelled(context, context.parts) } : {}),
      onOutput: (stream, text) =>
        tellWatcher(parts.onFault, () => context.onOutput?.(permit.facts.intent, stream, text)),
      askAgain: (request) =>
        parts.passCapability(context, request.operation, request.args as unknown as Json),
      allowFurther: (need, sentence, bytesOut = 0) =>
        parts.allowFurther(context, permit.facts.intent, { need, sentence, bytesOut }),
      countSent: (bytes) => parts.usage.countSent(context, bytes),
      noteSent: (need, sentence, bytes) =>
        void parts.notes.sent(context, permit.facts.intent, { need, sentence, bytesOut: bytes }),
      noteRefused: (subject, refusal) => void parts.notes.refused(context, subject, refusal, true),
      wouldDecide(need) {
        // A single need, apart from any request: there is nothing in it that words could back.
        glanceFlow ??= {
          lamps: parts.origins.lamps(context.run?.id ?? context.callId, context.perimeter),
          ...{ backed: true, unbacked: [] },
        }
        return parts.decider.decide({ ...decideInput(parts.clock, context, null, glanceFlow), need }).effect
      },
      ruleSubjects: () => parts.decider.subjects(context.perimeter),
      progress(text) {
        parts.usage.noteProgress(context.callId, permit.facts.intent, text)
      },
    }
  }
}
