/** All of a question, made by the host from the exact request. What doesn't fit the window whole is not asked at all. */
import { createHash } from 'node:crypto'
import { Question, questionText } from '../../contract/consent.ts'
import { type Refused, refused } from '../../contract/outcome.ts'
import type { AskInput, LadderStep } from '../ports.ts'
import { offerScopes, offerTask, whyOnlyOnce } from './offer-scopes.ts'
import { rateRisk } from './rate-risk.ts'

export interface TaskOffer {
  covers: LadderStep[]
  minutes: number
}
export interface MadeQuestion {
  kind: 'made'
  question: Question
  /** The ladder, also where no step is offered: a no can always be remembered exactly. */
  ladder: LadderStep[]
}

/**
 * @param facts id, times, the ladder, and the task's list when the budget of prompts is used up
 * @returns the question, or why it can't be put to a person
 */
export function makeQuestion(
  input: AskInput,
  facts: { id: string; askedAt: number; expiresAt: number; ladder: LadderStep[]; task: TaskOffer | null },
): MadeQuestion | Refused {
  const { prepared, context, flow } = input
  const { ladder, task } = facts
  const onlyOnce = whyOnlyOnce(input, ladder)
  const labels = prepared.secret
    ? { allowLabel: 'Give it', denyLabel: 'Don’t give it' }
    : labelsOf(prepared.sentence.verb)
  const draft = {
    id: facts.id,
    askedAt: facts.askedAt,
    expiresAt: facts.expiresAt,
    binding: sha256(prepared.binding),
    principal: context.principal,
    tool: context.tool
      ? { name: context.tool.name, version: context.tool.version, hash: context.tool.hash }
      : null,
    run: context.run,
    capability: prepared.capability,
    needs: prepared.needs,
    title: titleOf(prepared.sentence),
    exact: prepared.exact.map((line, at) => ({
      ...line,
      spans: [...(line.spans ?? []), ...(input.spans[at] ?? [])],
    })),
    because: input.because,
    lamps: flow.lamps,
    ...rateRisk(input),
    ...(task ? { allowLabel: `Allow for ${task.minutes} minutes`, denyLabel: 'Don’t allow' } : labels),
    offers: task ? offerTask(task.minutes) : offerScopes(input, onlyOnce),
    steps:
      task || onlyOnce !== null
        ? []
        : ladder.map(({ parts: [first, ...also], words }) => ({
            scope: first?.scope,
            ...(also.length > 0 ? { also } : {}),
            words,
            replay: null,
          })),
    rememberable: ladder.length > 0 && !input.review,
    waiting: 0,
    secret: prepared.secret ?? null,
    diff: prepared.diff !== null && prepared.diff.length <= 500_000 ? prepared.diff : null,
    ...(prepared.diffPart ? { diffPart: true } : {}),
    task: task ? { covers: task.covers.map(({ words }) => words), minutes: task.minutes } : null,
    hash: '0'.repeat(64),
  }
  const parsed = Question.safeParse(draft)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const what = issue ? ` (${issue.path.join('.')}: ${issue.message})` : ''
    return refused(
      'too-large',
      `This can’t be shown to you in full, so it can’t be allowed${what}. Ask for less at a time.`,
    )
  }
  return { kind: 'made', question: sealed(parsed.data), ladder }
}

/** The question with the hash of what it says now. */
export function sealed(question: Question): Question {
  return { ...question, hash: sha256(questionText(question)) }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function labelsOf(verb: string): { allowLabel: string; denyLabel: string } {
  const allow = verb.trim() === '' || verb.length > 30 ? 'Allow' : verb.trim()
  return { allowLabel: allow, denyLabel: `Don’t ${allow.charAt(0).toLowerCase()}${allow.slice(1)}` }
}

/** The sentence as it is, or its kind and length where it is too long for a title: the exact lines below show it whole. */
function titleOf({ verb, object, tail }: AskInput['prepared']['sentence']): Question['title'] {
  const fit = (text: string, most: number) =>
    text.length <= most ? text : `(${text.length.toLocaleString('en-US')} characters, shown below)`
  return { verb: fit(verb, 60), object: fit(object, 300), tail: fit(tail, 120) }
}
