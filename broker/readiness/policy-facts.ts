import type { PolicyStatus } from '../../contract/policy.ts'
import type { PartFacts } from './list-parts.ts'

/** The policy files in one sentence, for the readiness page. */
export function policyFacts(status: PolicyStatus): PartFacts['policy'] {
  const faults = [...status.managed.faults, ...status.personal.faults]
  const first = faults[0]
  return {
    failedClosed: status.managed.failedClosed,
    faults: faults.length,
    text: first
      ? `${first.file}, line ${first.line}: ${first.text}`
      : `${status.personal.rules + status.managed.rules} rules in force.`,
  }
}
