/**
 * What a person set for a tool on the Tools page, for every agent: a kind of effect that asks first, or never happens.
 * It only narrows: it counts as a rule of the person's own policy, and where both speak the stricter one does.
 */
import type { ToolRule, ToolRules } from '../../../contract/settings.ts'
import type { Capability } from '../../../contract/words.ts'
import type { CompiledPolicy, PolicyHit } from '../../ports.ts'

const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const

export function withToolRules(policy: CompiledPolicy, rules: ToolRules): CompiledPolicy {
  if (Object.keys(rules).length === 0) return policy
  const hits = new Map<string, PolicyHit>()
  for (const [tool, kinds] of Object.entries(rules))
    for (const [capability, rule] of Object.entries(kinds) as [Capability, ToolRule][])
      hits.set(`${tool} ${capability}`, hitOf(tool, capability, rule))
  return {
    ...policy,
    strictest(need, principal, tool) {
      const hit = policy.strictest(need, principal, tool)
      const mine = tool === null ? undefined : hits.get(`${tool} ${need.capability}`)
      if (!mine) return hit
      // Of two alike the file's is told: an organization's can't be answered away.
      return hit && STRICTNESS[hit.effect] >= STRICTNESS[mine.effect] ? hit : mine
    },
  }
}

function hitOf(tool: string, capability: Capability, rule: ToolRule): PolicyHit {
  const what = rule === 'deny' ? 'never does this' : 'asks before it does this'
  return {
    effect: rule,
    managed: false,
    rule: `tool:${tool}:${capability}`,
    text: `You set for the tool ${tool} that it ${what} (${capability}). The Tools page changes that.`,
  }
}

/** The policy of the moment with the rules of the moment, made anew only when one of them is another. */
export function followToolRules(policy: () => CompiledPolicy, rules: () => ToolRules): () => CompiledPolicy {
  let from: CompiledPolicy | null = null
  let by: ToolRules | null = null
  let made: CompiledPolicy | null = null
  return () => {
    const [nowFrom, nowBy] = [policy(), rules()]
    if (made === null || nowFrom !== from || nowBy !== by) made = withToolRules(nowFrom, nowBy)
    from = nowFrom
    by = nowBy
    return made
  }
}
