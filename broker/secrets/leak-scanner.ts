/**
 * Finds secrets in text. Registered values are looked for in every usual encoding (`encode-secret.ts`); unknown
 * credentials by rules (`credential-rules.ts`). The result names what was found, never the value.
 */
import type { Json } from '../../contract/words.ts'
import type { LeakHit, LeakScanner } from '../ports.ts'
import { type CredentialFinder, createCredentialFinder } from './find-credentials.ts'
import { createLeakStream } from './leak-stream.ts'
import { merge, redact } from './merge-hits.ts'
import { createNeedles, type Needles } from './needles.ts'

/** Values shorter than this would hit by chance in any text: they are stored, but not looked for. */
export const SHORTEST_WATCHED = 6

export interface WatchedValue {
  /** `secret:name` or `canary:tool`. */
  what: string
  value: string
}

export interface OwnLeakScanner extends LeakScanner {
  /** From now on these are looked for, and no others. */
  watch(values: readonly WatchedValue[]): void
}

export function createLeakScanner(credentials: CredentialFinder = createCredentialFinder()): OwnLeakScanner {
  let needles: Needles = createNeedles([])

  const known = (text: string): LeakHit[] => {
    if (text.length < needles.shortest) return NONE
    const hits = needles.find(text)
    return hits.length === 0 ? NONE : merge(hits)
  }
  const redactKnown = (text: string) => {
    const hits = known(text)
    return { text: hits.length === 0 ? text : redact(text, hits), hits }
  }

  /** Gives back the very same value when nothing is in it: most calls end here, and need no copy. */
  function walk(part: Json, found: LeakHit[]): Json {
    if (typeof part === 'string') return clean(part, found)
    if (typeof part === 'number') {
      const text = String(part)
      const kept = clean(text, found)
      return kept === text ? part : kept
    }
    if (Array.isArray(part)) return walkArray(part, found)
    return part !== null && typeof part === 'object' ? walkObject(part, found) : part
  }

  function walkArray(part: Json[], found: LeakHit[]): Json {
    let copy: Json[] | null = null
    for (let at = 0; at < part.length; at++) {
      const before = part[at] as Json
      const after = walk(before, found)
      if (after !== before) copy ??= part.slice()
      if (copy) copy[at] = after
    }
    return copy ?? part
  }

  function walkObject(part: { [key: string]: Json }, found: LeakHit[]): Json {
    let changed = false
    const entries: [string, Json][] = []
    for (const key of Object.keys(part)) {
      const before = part[key] as Json
      const name = clean(key, found)
      const after = walk(before, found)
      changed ||= name !== key || after !== before
      entries.push([name, after])
    }
    return changed ? Object.fromEntries(entries) : part
  }

  function clean(text: string, found: LeakHit[]): string {
    const hits = known(text)
    if (hits.length === 0) return text
    found.push(...hits)
    return redact(text, hits)
  }

  return {
    watch(values) {
      needles = createNeedles(values.filter(({ value }) => value.length >= SHORTEST_WATCHED))
    },
    ready: credentials.ready,
    scan(text) {
      const hits = merge([...known(text), ...credentials.find(text)])
      return { hits, redacted: redact(text, hits) }
    },
    redactKnown,
    redactJson(value) {
      if (needles.shortest === Number.POSITIVE_INFINITY) return { value, hits: [] }
      const hits: LeakHit[] = []
      return { value: walk(value, hits), hits }
    },
    stream: (options) =>
      createLeakStream((text) => needles.findOpen(text), options?.credentials ? credentials : null),
  }
}

const NONE = Object.freeze([]) as readonly [] as unknown as LeakHit[]
