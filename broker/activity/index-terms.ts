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
import { ownText, sharedText, wordsOf } from './search-text.ts'

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
export function threadsOf(entry: Pick<EntryFields, 'because' | 'details'>): string[] {
  const { questionId, grant, grantId } = entry.details
  const named = [questionId, grant, grantId].filter((id) => typeof id === 'string')
  const used = entry.because.filter(({ rule }) => rule.startsWith('grant:')).map(({ rule }) => rule.slice(6))
  return [...new Set([...named, ...used])]
}

/** Makes the markers and words of the entry that is a row. Names and reasons come again and again: theirs are kept. */
export function createRowTerms(): (entry: EntryFields) => string[] {
  const kept = new Map<string, string[]>()
  const sharedTerms = (text: string) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    if (kept.size >= SHARED_KEPT) kept.clear()
    const terms = wordTerms(text)
    kept.set(text, terms)
    return terms
  }
  return (entry) => [...fieldTerms(entry), ...closerTerms(entry), ...sharedTerms(sharedText(entry))]
}
const SHARED_KEPT = 2_000

function fieldTerms({ kind, capability, decision, asked, principal, run, tool }: EntryFields): string[] {
  const terms = [marker.kind(kind)]
  if (capability) terms.push(marker.capability(capability))
  if (decision) terms.push(marker.decision(decision))
  if (asked && decision !== 'ask') terms.push(marker.decision('ask'))
  if (principal) terms.push(marker.principal(principal.id))
  if (run) terms.push(marker.run(run.id))
  if (tool) terms.push(marker.tool(tool.name))
  return terms
}
/** What an outcome adds to its intent's row. */
export function closerTerms(entry: EntryFields): string[] {
  const terms = [...threadsOf(entry).map(marker.thread), ...wordTerms(ownText(entry))]
  if (entry.callId !== null) terms.push(marker.call(entry.callId))
  return terms
}

/** Words, and each two in a row. */
function wordTerms(text: string): string[] {
  const words = wordsOf(text)
  return [...words, ...words.slice(1).map((word, n) => marker.pair(words[n] as string, word))]
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
