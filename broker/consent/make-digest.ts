/** The week in questions and grants: what is never used, who asks most, what could be narrower. Pure. */
import type { Digest } from '../../contract/broker-api.ts'
import type { Grant } from '../../contract/grant.ts'
import type { ShownQuestion } from './read-shown.ts'
import type { Suggestion } from './suggest-perimeters.ts'

const HOUR = 60 * 60 * 1000
const MOST_ASKERS = 10

type WeeklyDigest = ReturnType<typeof Digest.parse>

export interface DigestFacts {
  since: number
  now: number
  grants: readonly Grant[]
  /** What was shown since then. */
  questions: readonly ShownQuestion[]
  suggestions: readonly Suggestion[]
  /** False for a grant that has ended. */
  isLive(grant: Grant, now: number): boolean
}

export function makeDigest(facts: DigestFacts): WeeklyDigest {
  const { since, now, grants, questions, suggestions } = facts
  const hours = tally(questions.map(({ at }) => Math.floor(at / HOUR) * HOUR))
  const askers = tally(
    questions.map(({ principal, tool }) =>
      tool ? `${principal?.name ?? 'Somebody'}, with ${tool.name}` : (principal?.name ?? 'Somebody'),
    ),
  )
  return {
    since,
    unusedGrants: grants.filter(
      (grant) =>
        grant.effect === 'allow' &&
        facts.isLive(grant, now) &&
        grant.madeAt <= since &&
        (grant.lastUse ?? 0) < since,
    ),
    promptsPerHour: [...hours].map(([hour, count]) => ({ hour, count })).sort((a, b) => a.hour - b.hour),
    askedMost: [...askers]
      .map(([who, count]) => ({ who, count }))
      .sort((a, b) => b.count - a.count || (a.who < b.who ? -1 : 1))
      .slice(0, MOST_ASKERS),
    suggestions: suggestions.map(({ id, agentId, agentName, words }) => ({ id, agentId, agentName, words })),
  }
}

function tally<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
