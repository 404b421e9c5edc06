/**
 * A proposed policy against the recorded past: what it would have allowed, asked, denied, and where that differs.
 * Each request is decided anew with the perimeter as it is now and the origins as they were then; a grant that let
 * one through then counts now too, so that only the rules make the difference.
 */
import type { SimulateReport } from '../../contract/broker-api.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { PolicyFile } from '../../contract/policy.ts'
import type { ModelResource, Need } from '../../contract/resource.ts'
import type {
  CompiledPolicy,
  DecideInput,
  Decider,
  GrantIndex,
  PolicySources,
  RecordedRequest,
} from '../ports.ts'

export interface SimulateParts {
  recorded: readonly RecordedRequest[]
  /** The files in force; the proposed one takes the personal one's place. */
  sources: PolicySources
  proposed: PolicyFile
  compile(sources: PolicySources): CompiledPolicy
  decider(policy: CompiledPolicy, grants: GrantIndex): Decider
  /** The perimeter of a principal now; null when it is gone: its past is left out. */
  perimeterOf(principalId: string): { perimeter: Perimeter; ownModel: ModelResource | null } | null
  /** The tool as it is installed now; null counts as a tool that may ask for anything. */
  tool(name: string): DecideInput['tool']
}

const MOST_DIFFERENCES = 500

export function simulatePolicy(parts: SimulateParts): SimulateReport {
  const policy = parts.compile({ ...parts.sources, personal: parts.proposed })
  let granted = false
  const grants: GrantIndex = {
    find: (effect) => (effect === 'allow' && granted ? RECORDED_GRANT : null),
    isAboutPlace: () => granted,
    places: () => [],
  }
  const decider = parts.decider(policy, grants)
  const report: SimulateReport = { total: 0, allow: 0, ask: 0, deny: 0, differ: [] }
  for (const past of parts.recorded) {
    const now = parts.perimeterOf(past.principal.id)
    const perimeter = parts.proposed.perimeter ?? now?.perimeter
    if (!perimeter) continue
    granted = past.granted
    const input: Omit<DecideInput, 'need'> = {
      principal: past.principal,
      runId: past.runId,
      tool: past.tool ? parts.tool(past.tool.name) : null,
      perimeter,
      ownModel: now?.ownModel ?? ownModelThen(past),
      stop: null,
      flow: { lamps: past.lamps, backed: past.backed, unbacked: [] },
      now: past.at,
    }
    const { effect, because } = decider.decideAll(input, past.needs)
    report.total += 1
    report[effect] += 1
    if (effect !== past.was && report.differ.length < MOST_DIFFERENCES)
      report.differ.push({ seq: past.seq, subject: past.subject, was: past.was, now: { effect, because } })
  }
  return report
}

/** The model that it called in silence was its own. */
function ownModelThen(past: RecordedRequest): ModelResource | null {
  const called = past.needs.find((need: Need) => need.capability === 'model.call')
  return past.was === 'allow' && called?.resource.kind === 'model' ? called.resource : null
}

const RECORDED_GRANT = {
  id: 'g_recorded',
  effect: 'allow' as const,
  principalId: 'recorded',
  tool: { name: 'recorded', hash: '' },
  capability: 'fs.read' as const,
  scope: { kind: 'capability' as const },
  words: 'a grant let it through then',
  end: { kind: 'unused' as const, days: 14 },
  madeAt: 0,
  madeBy: '',
  questionId: null,
  uses: 0,
  lastUse: null,
  revokedAt: null,
  note: '',
  reason: '',
}
