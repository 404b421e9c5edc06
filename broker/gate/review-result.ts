/**
 * A person who wants to look at outside text before a model reads it is asked for each result that holds some: the
 * consent window shows the text as it would be handed over, with where it came from, and what hides in it drawn. A yes
 * passes on this one text and nothing else; without one the model is told that it was kept back. Both are in the log.
 */
import type { Origin } from '../../contract/origin.ts'
import { type Refused, refused } from '../../contract/outcome.ts'
import type { ReviewReason } from '../agents/choose-review.ts'
import type { ActivityLog, CallContext, ConsentDesk, InstalledTool, OriginTracker, Soon } from '../ports.ts'

export interface ReviewParts {
  log: ActivityLog
  consent: Pick<ConsentDesk, 'ask'>
  origins: OriginTracker
  /** Does the person want to look first, and by which choice? Asked at each result, so that a change counts at once. */
  reviewOutside?: (principalId: string) => ReviewReason
  onFault(error: unknown): void
}
export interface Reviewed {
  tool: InstalledTool
  title: string
  /** As the model would read it, before it is framed: known secrets are out, hidden characters are in. */
  text(): Soon<string>
  origins: readonly Origin[]
}

/** Null to pass it on. */
export async function reviewResult(
  parts: ReviewParts,
  context: CallContext,
  { tool, title, text: readText, origins }: Reviewed,
): Promise<Refused | null> {
  const from = [...new Set(origins.filter(({ kind }) => kind === 'outside').map(({ source }) => source))]
  const chosen = from.length > 0 ? parts.reviewOutside?.(context.principal.id) : null
  if (!chosen) return null
  // Several at once are all asked for in this turn: one question can list them.
  const read = readText()
  const text = read instanceof Promise ? await read : read
  const framed = parts.origins.frame(text, [...origins])
  const { hidden } = framed instanceof Promise ? await framed : framed
  const runId = context.run?.id ?? context.callId
  const lamps = parts.origins.lamps(runId, context.perimeter)
  const resource = context.ownModel ?? {
    kind: 'model' as const,
    ...{ provider: 'client', model: context.principal.name.slice(0, 200), origin: 'client' },
  }
  const subject = `Let the model read what ${tool.title} gave back: ${title}`
  const entry = {
    ...{ subject, principal: context.principal, run: context.run, callId: context.callId },
    tool: { name: tool.name, version: tool.version, hash: tool.hash },
  }
  const because = { layer: 'default' as const, ...WHY[chosen] }
  let asked: { seq: number }
  try {
    asked = parts.log.append({ ...entry, kind: 'question', because: [because] })
  } catch (error) {
    parts.onFault(error)
    return refused('unavailable', 'The activity log can’t be written, so the result was kept back.')
  }
  context.onWait?.(true)
  const answer = await parts.consent
    .ask({
      prepared: {
        operation: 'net.fetch',
        capability: 'model.call',
        needs: [{ capability: 'model.call', resource }],
        exact: [
          ...from.map((source) => ({ label: 'From', text: source, spans: [], long: false })),
          ...(hidden > 0
            ? [
                {
                  label: 'Hidden characters',
                  text: `${hidden}, taken out for the model`,
                  spans: [],
                  long: false,
                },
              ]
            : []),
          { label: 'Text', text, spans: [], long: true },
        ],
        diff: null,
        binding: JSON.stringify(['review', context.callId, text]),
        sentence: {
          verb: 'Let the model read',
          object: `what “${title}” gave back`,
          tail: `from ${tool.title}`,
        },
        bytesOut: 0,
        destructive: false,
        dispose() {},
      },
      context,
      because: [because],
      flow: { lamps, backed: true, unbacked: [] },
      spans: [],
      origins: [...origins],
      review: true,
    })
    .finally(() => context.onWait?.(false))
  note(parts, {
    ...entry,
    kind: 'answer',
    ref: asked.seq,
    decision: answer.kind,
    durationMs: answer.ms,
    details: {
      questionId: answer.questionId,
      ...{ review: answer.kind === 'allow' ? 'passed on' : 'kept back', hidden, characters: text.length },
    },
  })
  if (answer.kind === 'allow') return null
  const said = answer.refused.code === 'denied-by-person'
  return refused(
    answer.refused.code,
    said ? 'You kept this result from the model.' : answer.refused.person,
    said
      ? 'The person looked at this result and keeps it from you. Go on without it; don’t fetch it again.'
      : answer.refused.model,
  )
}

const WHY = {
  setting: {
    rule: 'settings:reviewOutside',
    text: 'You chose to look at outside text before a model reads it (Settings).',
  },
  agent: {
    rule: 'agent:reviewOutside',
    text: 'You chose to look at outside text before this agent reads it.',
  },
}

function note(parts: ReviewParts, entry: Parameters<ActivityLog['append']>[0]): void {
  try {
    parts.log.append(entry)
  } catch (error) {
    parts.onFault(error)
  }
}
