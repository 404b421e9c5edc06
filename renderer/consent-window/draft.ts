/** What the person has chosen and typed so far, and what is still to do before a yes. Pure. */

import type { Answer, Question, ScopeKind } from '../../contract/consent.ts'
import { readHost } from '../../contract/host-text.ts'

export interface Draft {
  /** Null until chosen; the only honest one is chosen from the start. */
  scope: ScopeKind | null
  step: number
  reason: string
  rememberDeny: boolean
  secretValue: string
  secretHosts: string[]
}

export function startDraft(question: Question, before?: Draft): Draft {
  const open = question.offers.filter(({ enabled }) => enabled)
  return {
    scope: open.length === 1 ? (open[0]?.kind ?? null) : null,
    step: 0,
    reason: before?.reason ?? '',
    rememberDeny: false,
    secretValue: before?.secretValue ?? '',
    secretHosts: before?.secretHosts ?? question.secret?.hosts ?? [],
  }
}

/** The first thing that is left to do before a yes, in words; empty when nothing is. `unread`: boxes not yet seen to their end. */
export function whatIsLeft(question: Question, draft: Draft, unread: number): string {
  if (unread > 0) return unread === 1 ? 'Scroll to the end first' : 'Scroll every box to its end first'
  if (question.secret) {
    if (draft.secretValue === '') return 'Enter the secret first'
    if (hostsOf(draft).length === 0) return 'Name at least one host first'
    if (hostsOf(draft).some((host) => !readHost(host))) return 'Correct the hosts first'
  }
  if (draft.scope === null) return 'Choose for how long first'
  return ''
}

export function hostsOf(draft: Draft): string[] {
  return draft.secretHosts.map((host) => host.trim()).filter((host) => host !== '')
}

export function allowAnswer(
  question: Question,
  draft: Draft,
  shownMs: number,
): Omit<Answer, 'questionId' | 'hash'> {
  const secret = question.secret ? { secretValue: draft.secretValue, secretHosts: hostsOf(draft) } : {}
  return {
    answer: 'allow',
    scope: draft.scope ?? 'once',
    step: hasLadder(question, draft.scope) ? draft.step : 0,
    reason: '',
    rememberDeny: false,
    pauseAgent: false,
    shownMs,
    ...secret,
  }
}

export function denyAnswer(
  question: Question,
  draft: Draft,
  options: { shownMs: number; pauseAgent: boolean },
): Omit<Answer, 'questionId' | 'hash'> {
  const remember = draft.rememberDeny && draft.scope !== null && draft.scope !== 'once'
  return {
    answer: 'deny',
    scope: remember ? (draft.scope ?? 'once') : 'once',
    step: remember && hasLadder(question, draft.scope) ? draft.step : 0,
    reason: draft.reason.trim(),
    rememberDeny: remember,
    pauseAgent: options.pauseAgent,
    shownMs: options.shownMs,
  }
}

export function hasLadder(question: Question, scope: ScopeKind | null): boolean {
  return scope !== null && scope !== 'once' && question.steps.length > 0
}

/** "This run, 1 hour: the address came from outside text." Equal reasons are said once. */
export function whyOff(question: Question): { labels: string[]; reason: string }[] {
  const groups = new Map<string, string[]>()
  for (const { enabled, label, reason } of question.offers) {
    if (!enabled && reason) groups.set(reason, [...(groups.get(reason) ?? []), label])
  }
  return [...groups].map(([reason, labels]) => ({ reason, labels }))
}
