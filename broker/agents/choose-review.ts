/**
 * Who wants to look at outside text before a model reads it: the organization's policy where it sets that, else the
 * choice that was made for the agent, else the setting for all. Pure.
 */
import type { ReviewChoice } from '../../contract/agent.ts'

/** Whose choice it is that the person looks first; null when nobody's. */
export type ReviewReason = 'setting' | 'agent' | null

export function chooseReview(facts: {
  /** Of the agent; undefined for a client, which has no choice of its own. */
  agent: ReviewChoice | undefined
  setting: boolean
  /** The organization's policy sets it: no agent's choice counts then. */
  managed: boolean
}): ReviewReason {
  const own = facts.managed ? 'default' : (facts.agent ?? 'default')
  if (own === 'always') return 'agent'
  return own === 'default' && facts.setting ? 'setting' : null
}
