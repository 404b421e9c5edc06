/**
 * Finds secrets in text. Registered values are looked for in every usual encoding (`encode-secret.ts`); unknown
 * credentials by rules (`credential-rules.ts`). The result names what was found, never the value.
 */
import type { Json } from '../../contract/words.ts'
import type { LeakHit, LeakScanner } from '../ports.ts'
import { findCredentials } from './credential-rules.ts'
import { createNeedles, type Needles } from './needles.ts'

/** Values shorter than this would hit by chance in any text: they are stored, but not looked for. */
export const SHORTEST_WATCHED = 6

export function createLeakScanner(): LeakScanner & {
  watch(values: { name: string; value: string }[]): void
} {
  let needles: Needles = createNeedles([])

  const known = (text: string): LeakHit[] => (needles.empty ? [] : merge(needles.find(text).hits))
  const redactKnown = (text: string) => {
    const hits = known(text)
    return { text: hits.length === 0 ? text : redact(text, hits), hits }
  }

  function redactJson(value: Json): { value: Json; hits: LeakHit[] } {
    if (needles.empty) return { value, hits: [] }
    const hits: LeakHit[] = []
    const walk = (part: Json): Json => {
      if (typeof part === 'string') {
        const clean = redactKnown(part)
        hits.push(...clean.hits)
        return clean.text
      }
      if (typeof part === 'number') {
        const clean = redactKnown(String(part))
        hits.push(...clean.hits)
        return clean.hits.length > 0 ? clean.text : part
      }
      if (Array.isArray(part)) return part.map(walk)
      if (part !== null && typeof part === 'object')
        return Object.fromEntries(
          Object.entries(part).map(([key, each]) => {
            const clean = redactKnown(key)
            hits.push(...clean.hits)
            return [clean.text, walk(each)]
          }),
        )
      return part
    }
    return { value: walk(value), hits }
  }

  return {
    watch(values) {
      needles = createNeedles(values.filter(({ value }) => value.length >= SHORTEST_WATCHED))
    },
    scan(text) {
      const hits = merge([...known(text), ...findCredentials(text)])
      return { hits, redacted: redact(text, hits) }
    },
    redactKnown,
    redactJson,
    stream() {
      let held = ''
      const all: LeakHit[] = []
      let passed = 0
      const take = (more: boolean): string => {
        const { hits: found, open } = needles.find(held)
        const hits = merge(found)
        // Never cut inside a hit, nor inside what could become one; one character more, for base64's edge. The end
        // of a line is no such character: who reads lines has each when it is whole.
        const edge = /[A-Za-z0-9+/=_-]/.test(held.charAt(open - 1)) ? 1 : 0
        let cut = more ? open - edge : held.length
        for (const hit of hits.toReversed())
          if (more && hit.start < cut && (hit.end > cut || hit.end === held.length)) cut = hit.start
        const out = held.slice(0, cut)
        const inside = hits.filter((hit) => hit.end <= cut)
        all.push(...inside.map((hit) => ({ ...hit, start: hit.start + passed, end: hit.end + passed })))
        held = held.slice(cut)
        passed += cut
        return redact(out, inside)
      }
      return {
        push(chunk) {
          held += chunk
          return take(true)
        },
        end: () => take(false),
        hits: () => all,
      }
    },
  }
}

/** Overlaps become one hit, named by the first. */
export function merge(hits: LeakHit[]): LeakHit[] {
  const sorted = [...hits].sort((a, b) => a.start - b.start || b.end - a.end)
  const merged: LeakHit[] = []
  for (const hit of sorted) {
    const last = merged.at(-1)
    if (last && hit.start < last.end) last.end = Math.max(last.end, hit.end)
    else merged.push({ ...hit })
  }
  return merged
}

function redact(text: string, hits: LeakHit[]): string {
  let out = ''
  let at = 0
  for (const hit of hits) {
    out += `${text.slice(at, hit.start)}[${hit.what} removed]`
    at = hit.end
  }
  return out + text.slice(at)
}
