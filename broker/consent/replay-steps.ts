/** Replay before a grant: what each step of a ladder would have met in the recorded past, and what was denied then. */
import type { ScopeStep } from '../../contract/consent.ts'
import type { Need } from '../../contract/resource.ts'
import type { GrantPart, LadderStep, RecordedRequest } from '../ports.ts'

export interface ReplayFacts {
  principalId: string
  /** A changed tool is another tool: its past doesn't speak for this one. */
  toolHash: string | null
  past: readonly RecordedRequest[]
  covers(part: GrantPart, need: Need): boolean
}

/** @param steps as they are offered, in the order of `ladder` */
export function replaySteps(
  steps: readonly ScopeStep[],
  ladder: readonly LadderStep[],
  facts: ReplayFacts,
): ScopeStep[] {
  const mine = facts.past.filter(
    ({ principal, tool }) => principal.id === facts.principalId && (tool?.hash ?? null) === facts.toolHash,
  )
  const since = mine.length === 0 ? null : Math.min(...mine.map(({ at }) => at))
  return steps.map((step, at) => {
    const parts = ladder[at]?.parts ?? []
    const met = mine.filter(({ needs }) => meets(parts, needs, facts.covers))
    return {
      ...step,
      replay: {
        allowed: met.filter(({ allowed }) => allowed).length,
        deniedThen: met.filter(({ allowed }) => !allowed).length,
        since,
      },
    }
  })
}

/** True when the parts cover all that the request needs of the kinds that they speak of, and anything at all. */
function meets(parts: readonly GrantPart[], needs: readonly Need[], covers: ReplayFacts['covers']): boolean {
  const spoken = needs.filter((need) => parts.some(({ capability }) => capability === need.capability))
  return spoken.length > 0 && spoken.every((need) => parts.some((part) => covers(part, need)))
}
