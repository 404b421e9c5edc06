/**
 * Finds secrets in text. Registered values are looked for in every usual encoding (`encode-secret.ts`); unknown
 * credentials by rules (`credential-rules.ts`). The result names what was found, never the value. It does so at once and
 * on the thread that asks; the broker's own asks through `scan-aside.ts`, which leaves what takes long to another.
 */
import type { Json } from '../../contract/words.ts'
import type { LeakHit, LeakScanner, LeakStream, Redacted, Scanned } from '../ports.ts'
import { encodeSecret } from './encode-secret.ts'
import { type CredentialFinder, createCredentialFinder } from './find-credentials.ts'
import { mapTexts } from './json-texts.ts'
import { createLeakStream } from './leak-stream.ts'
import { merge, redact } from './merge-hits.ts'
import { createNeedles, encodeNew, makeNeedleData, type Needles, type ReadyValues } from './needles.ts'
import { NO_PACE, type Pace } from './pace.ts'
import type { Sequence } from './sequence.ts'

/** Values shorter than this would hit by chance in any text: they are stored, but not looked for. */
export const SHORTEST_WATCHED = 6

export interface WatchedValue {
  /** `secret:name` or `canary:tool`. */
  what: string
  value: string
}

/** What is looked for: registered values, or unknown credentials as well. */
export type How = 'known' | 'all'
export interface Looked {
  hits: LeakHit[]
  /** Where a value may begin whose end is still to come; the text's length when there is none. */
  open: number
}

export interface OwnLeakScanner extends LeakScanner {
  /** From now on these are looked for, and no others. */
  watch(values: readonly WatchedValue[]): ReadyValues
  /** The same bit by bit, for many: until its end those of before are looked for. It returns what others can look with. */
  watching(values: readonly WatchedValue[]): Generator<void, ReadyValues>
  /** The same at once: another has made ready for these. */
  attach(ready: ReadyValues): void
  scan(text: string): Scanned
  redactKnown(text: string): Redacted
  redactJson(value: Json): { value: Json; hits: LeakHit[] }
  scanJson(value: Json): { value: Json; hits: LeakHit[] }
  stream(options?: {
    credentials?: boolean
  }): LeakStream & { push(chunk: string): string; end(): string; cut(): string }
  look(text: string, how: How): LeakHit[]
  lookOpen(text: string, how: How): Looked
}

export function createLeakScanner(
  credentials: CredentialFinder = createCredentialFinder(),
  pace: Pace = NO_PACE,
  encode: (value: string) => Sequence[] = encodeSecret,
): OwnLeakScanner {
  let needles: Needles = createNeedles(atOnce(makeNeedleData([])), [], pace)
  /** Of the values that are looked for: one more is usual. */
  let ready: ReadyValues | null = null

  /** Looked through, with nothing in them: a call's texts are met several times on their way. */
  const clean = new Set<string>()

  const known = (text: string): LeakHit[] => {
    pace.read(text.length)
    if (text.length < needles.shortest || clean.has(text)) return NONE
    const hits = needles.find(text)
    if (hits.length > 0) return merge(hits)
    if (text.length <= CLEAN.characters) {
      if (clean.size === CLEAN.texts) clean.clear()
      clean.add(text)
    }
    return NONE
  }
  const all = (text: string): LeakHit[] => {
    const [ours, others] = [known(text), credentials.find(text, pace)]
    return others.length === 0 ? ours : merge([...ours, ...others])
  }
  const look = (text: string, how: How): LeakHit[] =>
    how === 'known' || text.length < SHORTEST_CREDENTIAL ? known(text) : all(text)

  function lookOpen(text: string, how: How): Looked {
    pace.read(text.length)
    const { hits, open } = needles.findOpen(text)
    return { hits: merge(how === 'known' ? hits : [...hits, ...credentials.find(text, pace)]), open }
  }
  function cleanJson(value: Json, how: How) {
    if (how === 'known' && needles.shortest === Number.POSITIVE_INFINITY) return { value, hits: [] }
    const found: LeakHit[] = []
    const clean = (text: string) => {
      const hits = look(text, how)
      if (hits.length === 0) return text
      found.push(...hits)
      return redact(text, hits)
    }
    return { value: mapTexts(value, clean, pace.step), hits: found }
  }
  function* watching(given: readonly WatchedValue[]): Generator<void, ReadyValues> {
    const values = watchable(given)
    // Values as they are, and nothing else, are not worth keeping.
    const again = ready === null || encode !== encodeSecret ? encode : encodeNew(ready)
    const made = { values, data: yield* makeNeedleData(values, again) }
    attach(made)
    return made
  }
  function attach(made: ReadyValues): void {
    const names = made.values.map(({ what }) => what)
    needles = createNeedles(made.data, names, pace)
    clean.clear()
    ready = made
  }
  const scan = (text: string): Scanned => {
    const hits = all(text)
    return { hits, redacted: redact(text, hits) }
  }

  return {
    watch: (values) => atOnce(watching(values)),
    watching,
    attach,
    ready: credentials.ready,
    scan,
    brief: scan,
    redactKnown(text) {
      const hits = known(text)
      return { text: hits.length === 0 ? text : redact(text, hits), hits }
    },
    redactJson: (value) => cleanJson(value, 'known'),
    scanJson: (value) => cleanJson(value, 'all'),
    stream: (options) => {
      const how = options?.credentials ? 'all' : 'known'
      return createLeakStream((text) => lookOpen(text, how), how) as ReturnType<OwnLeakScanner['stream']>
    },
    look,
    lookOpen,
  }
}

export const watchable = (values: readonly WatchedValue[]) =>
  values.filter(({ value }) => value.length >= SHORTEST_WATCHED)

function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Texts that are remembered as clean, and how long each may be: 1 MB at most. */
const CLEAN = { texts: 128, characters: 4096 }

/** No rule knows a credential that is shorter. */
const SHORTEST_CREDENTIAL = 12
const NONE = Object.freeze([]) as readonly [] as unknown as LeakHit[]
