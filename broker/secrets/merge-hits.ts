/** What was found in a text, put in order, and taken out of it. Pure. */
import type { LeakHit } from '../ports.ts'

/**
 * Stands for a whole text that could not be looked through in time. It is a hit like any other, so that whoever takes
 * hits out, or refuses what holds some, does so with this one too.
 */
export const UNREAD = 'unread:text that took too long'

/** Overlaps become one hit. It is named by what says most: a canary, then a registered secret, then what begins first. */
export function merge(hits: LeakHit[]): LeakHit[] {
  const sorted = [...hits].sort((a, b) => a.start - b.start || b.end - a.end)
  const merged: LeakHit[] = []
  for (const hit of sorted) {
    const last = merged.at(-1)
    if (last && hit.start < last.end) {
      last.end = Math.max(last.end, hit.end)
      if (rank(hit.what) > rank(last.what)) last.what = hit.what
    } else merged.push({ ...hit })
  }
  return merged
}

function rank(what: string): number {
  return what.startsWith('canary:') ? 2 : what.startsWith('secret:') ? 1 : 0
}

export function redact(text: string, hits: readonly LeakHit[]): string {
  if (hits.length === 0) return text
  let out = ''
  let at = 0
  for (const hit of hits) {
    out += `${text.slice(at, hit.start)}[${hit.what} removed]`
    at = hit.end
  }
  return out + text.slice(at)
}
