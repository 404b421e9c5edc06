/** Does a row answer a query? Used on what the index has not reached, and to check what the index only guesses. */

import type { EntryFilter } from '../ports.ts'
import type { EntryFields } from './entry-bytes.ts'
import { matches, ownText, type SearchTerms, sharedText } from './search-text.ts'

export function fitsFilters(query: EntryFilter, entry: EntryFields): boolean {
  if (query.principalId !== undefined && entry.principal?.id !== query.principalId) return false
  if (query.runId !== undefined && entry.run?.id !== query.runId) return false
  if (query.tool !== undefined && entry.tool?.name !== query.tool) return false
  if (query.capability !== undefined && entry.capability !== query.capability) return false
  if (query.kinds !== undefined && !query.kinds.includes(entry.kind)) return false
  if (query.decision !== undefined && !fitsDecision(query.decision, entry)) return false
  if (query.since !== undefined && entry.at < query.since) return false
  if (query.until !== undefined && entry.at > query.until) return false
  return true
}
/** `ask` finds what a person was asked about, whatever they answered. */
const fitsDecision = (decision: string, entry: EntryFields) =>
  decision === 'ask' ? entry.asked || entry.decision === 'ask' : entry.decision === decision

export function fitsText(terms: SearchTerms, entry: EntryFields, closer: EntryFields | null): boolean {
  const own = closer === null ? [ownText(entry)] : [ownText(entry), ownText(closer)]
  return matches(terms, own, sharedText(entry))
}
