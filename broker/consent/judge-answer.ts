/** Does this answer count? It must name what is on the window now, by hash, and a yes must have had its time. */

import type { Answer } from '../../contract/consent.ts'
import { readHost } from '../../contract/host-text.ts'
import type { Standing } from './waiting-questions.ts'

export interface AnswerFacts {
  /** The question on the window. */
  head: Standing | null
  locked: boolean
  now: number
}

/** Null when the answer counts; otherwise why it answers nothing. */
export function whyNotCounted(standing: Standing | null, answer: Answer, facts: AnswerFacts): string | null {
  if (!standing) return 'This question no longer stands.'
  const { question } = standing
  const known = answer.hash === question.hash
  if (answer.answer === 'deny')
    return known || standing.formerHashes.has(answer.hash)
      ? null
      : 'The answer is to another text than the question’s.'
  if (!known) return 'The question has changed since; look at it again.'
  if (facts.locked) return 'The screen is locked; the question waits.'
  if (standing !== facts.head) return 'Another question is before this one.'
  const shownAt = standing.shown.get(answer.hash)
  if (shownAt === undefined) return 'The question was not shown yet.'
  const wait = question.inertMs + question.holdMs
  if (facts.now - shownAt < wait) return `Allow counts from ${wait} ms after the question is shown.`
  if (!question.offers.some(({ kind, enabled }) => kind === answer.scope && enabled))
    return 'This time span is not offered here.'
  if (answer.scope !== 'once' && !question.steps[answer.step]) return 'There is no such step.'
  if (question.secret && (!answer.secretValue || !answer.secretHosts?.length))
    return 'The secret or its host is missing.'
  // Said while what was typed still stands on the window.
  const odd = question.secret && answer.secretHosts?.find((host) => !readHost(host))
  if (odd) return `“${odd.slice(0, 60)}” is no host.`
  return null
}
