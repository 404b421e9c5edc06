/** From an answer to what is kept of it: grants, or a remembered no, each with its end. */
import type { Answer, ScopeKind } from '../../contract/consent.ts'
import type { Grant, GrantEnd } from '../../contract/grant.ts'
import type { AskInput, GrantBook, LadderStep } from '../ports.ts'
import { NO_TOOL } from './desk.ts'
import type { Standing } from './waiting-questions.ts'

const HOUR = 60 * 60 * 1000
const UNUSED_DAYS = 14
/** The end of a scope; null for once, which keeps nothing. */
export function endOf(kind: ScopeKind, runId: string | null, now: number): GrantEnd | null {
  switch (kind) {
    case 'once':
      return null
    case 'run':
      return runId === null ? null : { kind: 'run', runId }
    case 'hour':
      return { kind: 'until', at: now + HOUR }
    case 'today':
      return { kind: 'until', at: endOfDay(now) }
    case 'always':
      return { kind: 'unused', days: UNUSED_DAYS }
  }
}

/** Midnight to come, in the person's time zone. */
export function endOfDay(now: number): number {
  return new Date(now).setHours(24, 0, 0, 0)
}

/** @throws what the store throws: an answer that can't be kept must not look as if it were */
export function keepAnswer(
  standing: Standing,
  answer: Answer,
  by: string,
  facts: { grants: GrantBook; now: number },
): Grant[] {
  const [first] = standing.waiters
  if (!first) return []
  const runId = standing.question.run?.id ?? null
  if (answer.answer === 'deny') {
    if (!answer.rememberDeny) return []
    const end =
      endOf(answer.scope, runId, facts.now) ?? endOf(runId === null ? 'hour' : 'run', runId, facts.now)
    const step = standing.ladder[answer.step] ?? standing.ladder[0]
    return end && step ? keep(first.input, [step], end, standing, answer, by, facts) : []
  }
  if (standing.task)
    return keep(
      first.input,
      standing.task.covers,
      { kind: 'until', at: facts.now + standing.task.minutes * 60_000 },
      standing,
      answer,
      by,
      facts,
    )
  const end = endOf(answer.scope, runId, facts.now)
  const step = standing.ladder[answer.step]
  return end && step ? keep(first.input, [step], end, standing, answer, by, facts) : []
}

function keep(
  input: AskInput,
  steps: LadderStep[],
  end: GrantEnd,
  standing: Standing,
  answer: Answer,
  by: string,
  facts: { grants: GrantBook; now: number },
): Grant[] {
  const { principal, tool } = input.context
  const kept: Grant[] = []
  try {
    for (const { capability, scope, words } of steps.flatMap(({ parts }) => parts))
      kept.push(
        facts.grants.add({
          effect: answer.answer,
          principalId: principal.id,
          tool: tool ? { name: tool.name, hash: tool.hash } : NO_TOOL,
          capability,
          scope,
          words,
          end,
          madeAt: facts.now,
          madeBy: by.slice(0, 120),
          questionId: standing.question.id,
          reason: answer.reason,
        }),
      )
    return kept
  } catch (error) {
    takeBack(kept, by, facts.grants)
    throw error
  }
}

/** All or nothing: half an answer is another answer. Revoking counts even when the disk can't take it. */
function takeBack(kept: readonly Grant[], by: string, grants: GrantBook): void {
  for (const { id } of kept) {
    try {
      grants.revoke(id, by)
    } catch {
      // It no longer counts; the book tries again to write that down.
    }
  }
}
