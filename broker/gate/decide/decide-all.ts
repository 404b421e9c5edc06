/** A request with several needs: the strictest of their decisions counts, and one question covers all that ask. */
import type { Because } from '../../../contract/decision.ts'
import type { Need } from '../../../contract/resource.ts'
import type { DecideInput, Decider, DecisionOfAll } from '../../ports.ts'

const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const
const MOST_REASONS = 20

export type DecideNeed = (input: Omit<DecideInput, 'need'>, need: Need) => ReturnType<Decider['decide']>

export function decideAll(
  decide: DecideNeed,
  input: Omit<DecideInput, 'need'>,
  needs: readonly Need[],
): DecisionOfAll {
  if (needs.length === 0) throw new Error('A request without needs decides nothing: every effect has one.')
  const [only, ...more] = needs
  if (only && more.length === 0) return ofOne(decide(input, only), needs)
  const perNeed = needs.map((need) => decide(input, need))
  const strength = Math.max(...perNeed.map(({ effect }) => STRICTNESS[effect]))
  const effect = (['allow', 'ask', 'deny'] as const)[strength] ?? 'deny'
  const deciding = perNeed.filter((each) => each.effect === effect)
  const others = perNeed.filter((each) => each.effect !== effect)
  return {
    effect,
    because: distinct([...deciding, ...others].flatMap(({ because }) => because)),
    grantIds: [...new Set(perNeed.flatMap(({ grantId }) => grantId ?? []))],
    perNeed,
    asking: needs.filter((_, at) => perNeed[at]?.effect === 'ask'),
  }
}

/** Nearly every request needs one thing. */
function ofOne(decision: ReturnType<Decider['decide']>, needs: readonly Need[]): DecisionOfAll {
  return {
    effect: decision.effect,
    because: distinct(decision.because),
    grantIds: decision.grantId === null ? [] : [decision.grantId],
    perNeed: [decision],
    asking: decision.effect === 'ask' ? [...needs] : [],
  }
}

function distinct(all: Because[]): Because[] {
  if (all.length === 1) return all
  const seen = new Map<string, Because>()
  for (const because of all) if (!seen.has(because.rule)) seen.set(because.rule, because)
  return [...seen.values()].slice(0, MOST_REASONS)
}
