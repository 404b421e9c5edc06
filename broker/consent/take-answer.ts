/** Takes an answer: judges it, keeps what it grants, and releases all that wait for it. */
import type { Answer } from '../../contract/consent.ts'
import type { Grant } from '../../contract/grant.ts'
import type { Need } from '../../contract/resource.ts'
import { allowAll, type Desk, NO_TOOL, refuseAll } from './desk.ts'
import { keepAnswer } from './grant-answer.ts'
import { whyNotCounted } from './judge-answer.ts'
import { mergeAsks } from './one-question.ts'
import { saidNo, saidNoBefore } from './refusals.ts'
import { keysOf, requestsOf, type Standing } from './waiting-questions.ts'

export function takeAnswer(
  desk: Desk,
  given: Answer,
  by: string,
  locked: boolean,
): { accepted: boolean; why: string } {
  const standing = desk.queue.find(given.questionId)
  const now = desk.options.clock()
  const why = whyNotCounted(standing, given, { head: desk.queue.head(), locked, now })
  if (why !== null || !standing) return { accepted: false, why: why ?? '' }
  let kept: Grant[]
  try {
    kept = keepAnswer(standing, given, by, { grants: desk.options.grants, now })
  } catch {
    return {
      accepted: false,
      why: 'The answer could not be kept (the disk may be full). Allow it once, or free some space.',
    }
  }
  if (given.answer === 'allow') allowAll(desk, standing, kept[0] ?? null, given)
  else denyEqual(desk, standing, given, by)
  releaseCovered(desk, kept)
  desk.changed()
  return { accepted: true, why: '' }
}

/** A no to this request is a no to the equal ones that came after it was shown. */
function denyEqual(desk: Desk, standing: Standing, given: Answer, by: string): void {
  const no = saidNo(given.reason)
  const denied = standing.task ? new Set<string>() : keysOf(standing)
  refuseAll(desk, standing, no)
  for (const other of [...desk.queue.all()])
    if (!other.task && [...keysOf(other)].every((key) => denied.has(key))) refuseAll(desk, other, no)
  if (given.pauseAgent) desk.options.pauseAgent(standing.question.principal.id, by)
}

/** Other questions that a new grant, or a remembered no, answers too. */
function releaseCovered(desk: Desk, kept: readonly Grant[]): void {
  const [first] = kept
  if (!first) return
  for (const standing of [...desk.queue.all()]) {
    // Where only once is honest, a grant doesn't count either.
    if (first.effect === 'allow' && standing.question.steps.length === 0) continue
    const covering = coveringGrant(desk, standing, first.effect)
    if (!covering) continue
    if (first.effect === 'deny') refuseAll(desk, standing, saidNoBefore(covering.words, covering.reason))
    else allowAll(desk, standing, covering, null)
  }
}

function coveringGrant(desk: Desk, standing: Standing, effect: 'allow' | 'deny'): Grant | null {
  if (standing.waiters.length === 0) return null
  const input = mergeAsks(requestsOf(standing.waiters))
  const { principal, tool, run } = input.context
  const facts = {
    principalId: principal.id,
    tool: tool ?? NO_TOOL,
    runId: run?.id ?? null,
    now: desk.options.clock(),
  }
  const find = (need: Need) => desk.options.grantIndex().find(effect, { need, ...facts })
  const found = (input.asking ?? input.prepared.needs).map(find)
  const met =
    effect === 'allow' ? found.every((grant) => grant !== null) : found.some((grant) => grant !== null)
  return met ? (found.find((grant) => grant !== null) ?? null) : null
}
