/**
 * For how long a yes may count. Only what the gate can keep is offered; what is off says why. Null as the reason for
 * all longer ones means that they are honest here.
 */
import type { ScopeKind, ScopeOffer } from '../../contract/consent.ts'
import type { AskInput, LadderStep } from '../ports.ts'

/** Characters of exact content that a person can be expected to look through before a standing yes. */
const MOST_SHOWN = 1_000_000

const LABELS: Record<ScopeKind, string> = {
  once: 'Only this once',
  run: 'This run',
  hour: '1 hour',
  today: 'Today',
  always: 'Until unused for 14 days',
}

/** Why nothing longer than once is honest; null when it is. */
export function whyOnlyOnce(input: AskInput, steps: readonly LadderStep[]): string | null {
  const { prepared, flow, because } = input
  if (prepared.secret) return 'A secret is asked for once; afterwards its own rules say where it goes.'
  if (input.review) return 'Each text is looked at by itself.'
  const opaque = prepared.needs.find(({ resource }) => resource.kind === 'command' && resource.opaque)
  if (opaque?.resource.kind === 'command')
    return `${lastName(opaque.resource.program)} can run anything that its arguments say.`
  if (because.some(({ rule }) => rule.startsWith('managed:')))
    return 'Your organization wants this to be asked each time.'
  if (because.some(({ rule }) => rule === 'flow:outside-and-private'))
    return 'The run holds outside text and private data, so no lasting answer counts for what could carry data out.'
  if (because.some(({ layer }) => layer === 'flow'))
    return flow.unbacked[0]
      ? `${sentence(flow.unbacked[0].replace(/[.\s]+$/, ''))}.`
      : 'It is not backed by your own words.'
  if (shownLength(input) > MOST_SHOWN) return 'It is too long to be looked through as a whole.'
  if (prepared.needs.some(({ capability }) => capability === 'clipboard.read'))
    return 'What lies on the clipboard differs each time.'
  if (steps.length === 0) return 'What it would cover can’t be said exactly.'
  return null
}

export function offerScopes(input: AskInput, onlyOnce: string | null): ScopeOffer[] {
  const hasRun = input.context.run !== null
  return (Object.keys(LABELS) as ScopeKind[]).map((kind) => {
    const reason =
      kind === 'once' ? '' : (onlyOnce ?? (kind === 'run' && !hasRun ? 'This call belongs to no run.' : ''))
    return { kind, label: LABELS[kind], enabled: reason === '', reason: reason.slice(0, 300) }
  })
}

/** A task question is answered as a whole: one yes for the list, for its minutes. */
export function offerTask(minutes: number): ScopeOffer[] {
  const reason = 'This one answer covers the list for its time.'
  return (Object.keys(LABELS) as ScopeKind[]).map((kind) =>
    kind === 'once'
      ? { kind, label: `This list, ${minutes} minutes`, enabled: true, reason: '' }
      : { kind, label: LABELS[kind], enabled: false, reason },
  )
}

export function shownLength({ prepared }: Pick<AskInput, 'prepared'>): number {
  return prepared.exact.reduce((sum, line) => sum + line.text.length, prepared.diff?.length ?? 0)
}

function lastName(program: string): string {
  return program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1)
}
function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
