/** What the reader wants to see. The broker filters what it has stored; this says whether a row that just came fits too. */
import type { ActivityQuery, ActivityRow } from '../../contract/activity.ts'

export interface ActivityFilter {
  text: string
  principalId: string
  runId: string
  tool: string
  capability: NonNullable<ActivityQuery['capability']> | ''
  decision: NonNullable<ActivityQuery['decision']> | ''
  /** From and to, in ms since 1970; null is open. */
  between: { since: number; until: number } | null
}

export const NO_FILTER: ActivityFilter = {
  text: '',
  principalId: '',
  runId: '',
  tool: '',
  capability: '',
  decision: '',
  between: null,
}

export function isFiltered(filter: ActivityFilter): boolean {
  return filter.between !== null || Object.values({ ...filter, between: '' }).some((part) => part !== '')
}

/** Signs alone are no words: only as a part, with stars round three of them, are they looked for. */
export function isNoSearch(text: string): boolean {
  return text.trim() !== '' && !/[\p{L}\p{N}]/u.test(text) && !/\*\s*[^*"\s][^*"]{1,}[^*"\s]\s*\*/.test(text)
}

/** The broker's query for this filter; empty parts are left out. */
export function toQuery(filter: ActivityFilter): Partial<ActivityQuery> {
  const { text, principalId, runId, tool, capability, decision, between } = filter
  return {
    ...(text.trim() && { text: text.trim() }),
    ...(principalId && { principalId }),
    ...(runId && { runId }),
    ...(tool && { tool }),
    ...(capability && { capability }),
    ...(decision && { decision }),
    ...between,
  }
}

/** Words are looked for in what a row shows; the broker's own search also knows details that a row doesn't carry. */
export function fits(row: ActivityRow, filter: ActivityFilter): boolean {
  if (filter.principalId && row.principal?.id !== filter.principalId) return false
  if (filter.runId && row.run?.id !== filter.runId) return false
  if (filter.tool && row.tool?.name !== filter.tool) return false
  if (filter.capability && row.capability !== filter.capability) return false
  if (filter.decision === 'ask' && !row.asked && row.decision !== 'ask') return false
  if (filter.decision && filter.decision !== 'ask' && row.decision !== filter.decision) return false
  if (filter.between && (row.at < filter.between.since || row.at > filter.between.until)) return false
  return fitsText(row, filter.text)
}

function fitsText(row: ActivityRow, text: string): boolean {
  const words = readWords(text)
  if (words.length === 0) return true
  const shown =
    `${row.subject} ${row.principal?.name ?? ''} ${row.tool?.name ?? ''} ${row.kind}`.toLowerCase()
  return words.every((word) => shown.includes(word))
}

/** `one "a phrase" *part*` → one, a phrase, part. */
export function readWords(text: string): string[] {
  return [...text.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g)]
    .map(([, phrase, word]) => (phrase ?? word ?? '').replace(/^\*+|\*+$/g, ''))
    .filter((word) => word !== '')
}
