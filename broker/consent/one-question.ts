/**
 * Different requests of one kind, asked in one go by one run, are one question that lists every one of them exactly:
 * twelve files moved are one question with twelve pairs of lines, not twelve questions. The question's hash is made of
 * all of them, in their order; a yes releases those and no others, a no refuses them all.
 */
import type { Capability, Json } from '../../contract/words.ts'
import type { AskInput, LadderStep } from '../ports.ts'

/** More than this nobody looks through with care. */
export const MOST_IN_ONE = 50

const NOUNS: Partial<Record<Capability, string>> = {
  'fs.read': 'items',
  'fs.list': 'items',
  'fs.write': 'items',
  'fs.delete': 'items',
  'command.run': 'commands',
}

/** What requests must share to be one question; null for one that is always asked alone. */
export function groupKey({ context, prepared, flow, because, review }: AskInput): string | null {
  const opaque = prepared.needs.some(({ resource }) => resource.kind === 'command' && resource.opaque)
  if (prepared.secret || review || opaque || !context.run) return null
  const { lamps, backed } = flow
  return JSON.stringify([
    ...[context.principal.id, context.run.id, context.tool?.hash ?? null],
    ...[prepared.operation, prepared.capability, prepared.sentence.verb],
    context.call?.function ?? null,
    [lamps.outside, lamps.private, lamps.send, backed],
    because.map(({ rule }) => rule),
  ])
}

/** All of them as one request to ask for. One alone stays as it is. */
export function mergeAsks(inputs: readonly AskInput[]): AskInput {
  const [first] = inputs
  if (!first) throw new Error('Nothing is asked.')
  if (inputs.length === 1) return first
  const prepared = inputs.map((input) => input.prepared)
  const tails = new Set(prepared.map(({ sentence }) => sentence.tail))
  const diffs = prepared.map(({ diff }) => diff).filter((diff) => diff !== null)
  return {
    ...first,
    prepared: {
      ...first.prepared,
      needs: prepared.flatMap(({ needs }) => needs),
      binding: JSON.stringify(prepared.map(({ binding }): Json => binding)),
      sentence: {
        verb: first.prepared.sentence.verb,
        object: `${inputs.length} ${NOUNS[first.prepared.capability] ?? 'requests'}`,
        tail: tails.size === 1 ? first.prepared.sentence.tail : '',
      },
      exact: prepared.flatMap(({ exact }, at) =>
        exact.map((line) => ({ ...line, label: `${at + 1}. ${line.label}`.slice(0, 40) })),
      ),
      diff: diffs.length > 0 ? diffs.join('\n') : null,
      diffPart: prepared.some(({ diffPart }) => diffPart),
      bytesOut: prepared.reduce((sum, { bytesOut }) => sum + bytesOut, 0),
      destructive: prepared.some(({ destructive }) => destructive),
    },
    because: [
      ...new Map(inputs.flatMap(({ because }) => because).map((each) => [each.text, each])).values(),
    ].slice(0, 20),
    flow: { ...first.flow, unbacked: [...new Set(inputs.flatMap(({ flow }) => flow.unbacked))] },
    asking: inputs.flatMap(({ asking, prepared: { needs } }) => asking ?? needs),
    spans: inputs.flatMap(({ spans, prepared: { exact } }) => exact.map((_line, at) => spans[at] ?? [])),
    origins: inputs.flatMap(({ origins }) => origins),
  }
}

/** Steps that can be said and kept as a whole. */
export function sayable(ladder: LadderStep[]): LadderStep[] {
  return ladder.filter(({ parts, words }) => parts.length <= 16 && words.length <= 600)
}
