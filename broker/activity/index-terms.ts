/**
 * What the index knows of a row, as terms: its words, and one marker for each field that can be filtered by. Markers
 * begin with a private-use character, so that no text of a person or a tool can look like one. Ids are shortened to 40
 * bits of their hash: enough to find, and what is found is checked against the entry itself.
 */
import { hash } from 'node:crypto'
import type { ActivityEntry } from '../../contract/activity.ts'
import { ENTRY_KINDS } from '../../contract/activity.ts'
import { CAPABILITIES } from '../../contract/words.ts'
import type { EntryFilter } from '../ports.ts'
import type { EntryFields } from './entry-bytes.ts'

const MARK = '\ue000'
const PAIR = '\ue001'

export const marker = {
  kind: (kind: ActivityEntry['kind']) => `${MARK}k${ENTRY_KINDS.indexOf(kind)}`,
  capability: (capability: ActivityEntry['capability']) =>
    `${MARK}c${capability ? CAPABILITIES.indexOf(capability) : 'x'}`,
  decision: (decision: string) => `${MARK}d${decision}`,
  principal: (id: string) => `${MARK}p${short(id)}`,
  run: (id: string) => `${MARK}r${short(id)}`,
  tool: (name: string) => `${MARK}t${short(name)}`,
  call: (id: string) => `${MARK}l${short(id)}`,
  /** Two words in a row: how phrases are found. */
  pair: (first: string, second: string) => `${first}${PAIR}${second}`,
  /** A grant or a question that the entry names. */
  thread: (id: string) => `${MARK}h${short(id)}`,
}
const short = (id: string) => hash('sha256', id, 'hex').slice(0, 10)

/** Ids of grants and questions that tie entries together. */
export function threadsOf(entry: Pick<EntryFields, 'because' | 'details'>): readonly string[] {
  const { questionId, grant, grantId } = entry.details
  const isUsed = entry.because.some(({ rule }) => rule.startsWith('grant:'))
  if (questionId === undefined && grant === undefined && grantId === undefined && !isUsed) return NONE
  const named = [questionId, grant, grantId].filter((id) => typeof id === 'string')
  const used = entry.because.filter(({ rule }) => rule.startsWith('grant:')).map(({ rule }) => rule.slice(6))
  return [...new Set([...named, ...used])]
}
const NONE: readonly string[] = []

/** What the entry that is a row can be filtered by. Markers of ids are made by whoever asks, who may have them. */
export function fieldTerms(
  { kind, capability, decision, asked, principal, run, tool }: EntryFields,
  markerOf: Pick<typeof marker, 'principal' | 'run' | 'tool'>,
): string {
  let terms = marker.kind(kind)
  if (capability) terms += ` ${marker.capability(capability)}`
  if (decision) terms += ` ${marker.decision(decision)}`
  if (asked && decision !== 'ask') terms += ` ${marker.decision('ask')}`
  if (principal) terms += ` ${markerOf.principal(principal.id)}`
  if (run) terms += ` ${markerOf.run(run.id)}`
  if (tool) terms += ` ${markerOf.tool(tool.name)}`
  return terms
}

/** The filters of a query as terms that a row has, and groups of which it has one. Times and `before` are ranges, not terms. */
export function filterTerms(query: EntryFilter): { words: string[]; anyOf: string[][] } {
  const { principalId, runId, tool, capability, kinds, decision } = query
  const words: string[] = []
  if (principalId !== undefined) words.push(marker.principal(principalId))
  if (runId !== undefined) words.push(marker.run(runId))
  if (tool !== undefined) words.push(marker.tool(tool))
  if (capability !== undefined) words.push(marker.capability(capability))
  if (decision !== undefined) words.push(marker.decision(decision))
  return { words, anyOf: kinds === undefined ? [] : [kinds.map(marker.kind)] }
}
/** All pairs of its words: with them all there, the phrase is, but for a rare chance. */
export const phraseTerms = (words: string[]): string[] =>
  words.slice(1).map((word, n) => marker.pair(words[n] as string, word))
/** As FTS5 takes it. */
export const quote = (term: string) => `"${term.replaceAll('"', '""')}"`
