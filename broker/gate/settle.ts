/** One decision for a request of several needs: the strictest of theirs. Pure. */
import type { Because, Decision } from '../../contract/decision.ts'
import type { Refused } from '../../contract/outcome.ts'
import type { Need } from '../../contract/resource.ts'
import type { CallContext, Decider, FlowFacts } from '../ports.ts'

export interface RequestDecision extends Decision {
  /** Grants that let it through; each is counted when used. */
  grantIds: string[]
  stopped: Refused | null
}

const RANK = { allow: 0, ask: 1, deny: 2 } as const

export function decideRequest(
  decider: Decider,
  input: { context: CallContext; needs: Need[]; stop: Refused | null; flow: FlowFacts; now: number },
): RequestDecision {
  const { context, stop, flow, now } = input
  const common = { principal: context.principal, runId: context.run?.id ?? null, tool: context.tool, perimeter: context.perimeter, stop, flow, now }
  let effect: Decision['effect'] = 'allow'
  const because: Because[] = []
  const seen = new Set<string>()
  const grantIds = new Set<string>()
  for (const need of input.needs) {
    const decision = decider.decide({ ...common, need })
    if (decision.grantId) grantIds.add(decision.grantId)
    if (RANK[decision.effect] < RANK[effect]) continue
    if (RANK[decision.effect] > RANK[effect]) {
      effect = decision.effect
      because.length = 0
      seen.clear()
    }
    for (const line of decision.because) {
      const key = `${line.rule}\n${line.text}`
      if (because.length < 20 && !seen.has(key)) because.push(line)
      seen.add(key)
    }
    if (effect === 'deny') break
  }
  return { effect, because, grantIds: effect === 'allow' ? [...grantIds] : [], stopped: stop }
}
