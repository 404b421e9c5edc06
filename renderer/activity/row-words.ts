/** How a row of the record reads: its mark, its word, how it ended. The same in rows, on Home, in details. */
import type { ActivityRow, EntryKind } from '../../contract/activity.ts'
import type { PageName } from '../app/route.ts'
import { formatDuration } from '../design/format.ts'
import type { MarkKind } from '../design/mark.tsx'

export interface RowMark {
  kind: MarkKind | null
  word: string
  /** Allowed in silence: gray. */
  quiet: boolean
}

const KIND_WORDS: Record<EntryKind, string> = {
  intent: 'Effect',
  outcome: 'Outcome',
  decision: 'Decision',
  question: 'Question',
  answer: 'Answer',
  'run.start': 'Run',
  'run.end': 'Run ended',
  'tool.call': 'Tool',
  'tool.result': 'Result',
  'model.call': 'Model',
  grant: 'Permission',
  policy: 'Policy',
  agent: 'Agent',
  secret: 'Secret',
  install: 'Install',
  stop: 'Stop',
  pause: 'Pause',
  crash: 'Crash',
  alert: 'Alert',
  undo: 'Undo',
  settings: 'Settings',
  door: 'Door',
  app: 'Sallyport',
}

export function describeKind(kind: EntryKind): string {
  return KIND_WORDS[kind]
}

/** A stop, not what led back from it. */
const STOPS = /^(Stop|Drill|Incident: )/

export function markOf(row: Pick<ActivityRow, 'kind' | 'decision' | 'asked' | 'subject'>): RowMark {
  if (row.kind === 'stop' && STOPS.test(row.subject)) return { kind: 'stop', word: 'Stopped', quiet: false }
  if (row.kind === 'alert') return { kind: 'ask', word: 'Alert', quiet: false }
  // Beside the effect that it let through, which says who allowed it.
  if (row.kind === 'answer')
    return { kind: 'ask', word: row.decision === 'allow' ? 'Answer: yes' : 'Answer: no', quiet: false }
  if (row.decision === 'ask') return { kind: 'ask', word: 'Asked', quiet: false }
  if (row.decision === 'allow')
    return row.asked
      ? { kind: 'ask', word: 'You allowed', quiet: false }
      : { kind: 'allow', word: 'Allowed', quiet: true }
  if (row.decision === 'deny')
    return row.asked
      ? { kind: 'ask', word: 'You denied', quiet: false }
      : { kind: 'deny', word: 'Denied', quiet: false }
  return { kind: null, word: KIND_WORDS[row.kind], quiet: true }
}

/** `1.9 s`, `failed`, `interrupted`, `…`. What was denied had no effect that could end. */
export function describeEnd(
  row: Pick<ActivityRow, 'kind' | 'subject' | 'state' | 'durationMs' | 'decision'>,
): string {
  if (row.decision === 'deny') return ''
  // A run that was stopped or cancelled did not fail: its subject ends with what it came to.
  if (row.kind === 'run.end' && row.state === 'failed') return row.subject.split(': ').at(-1) ?? 'failed'
  if (row.state === 'failed' || row.state === 'interrupted') return row.state
  if (row.state === 'open') return '…'
  return row.durationMs === null ? '' : formatDuration(row.durationMs)
}

/** The subject's verb, which leads, and the rest. Alerts and crashes are sentences: no word of theirs leads. */
export function splitSubject({ kind, subject }: Pick<ActivityRow, 'kind' | 'subject'>): [string, string] {
  if (kind === 'alert' || kind === 'crash') return ['', subject]
  const at = subject.indexOf(' ')
  return at < 0 ? [subject, ''] : [subject.slice(0, at), subject.slice(at + 1)]
}

/** Where a rule of a decision can be looked at and changed; null when it is no rule that a person made. */
export function placeOfRule(
  rule: string,
  principal: ActivityRow['principal'],
): [page: PageName, rest: string[]] | null {
  const [layer = ''] = rule.split(':', 1)
  if (layer === 'grant') return ['permissions', []]
  if (layer === 'policy' || layer === 'managed') return ['permissions', ['policy']]
  if (layer === 'perimeter' && principal?.kind === 'agent') return ['agents', [principal.id]]
  return null
}
