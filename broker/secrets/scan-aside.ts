/**
 * The broker's leak scanner. A short text is looked through at once, which is how nearly every call goes; what is long,
 * or turns out to take long, goes to a thread, so that no text that a tool thinks up keeps the broker's own thread for
 * more than a few milliseconds in one turn of its loop. The answer is the same both ways.
 */
import type { Json } from '../../contract/words.ts'
import type { LeakHit, LeakScanner, LeakStream, Soon } from '../ports.ts'
import { type CredentialFinder, createCredentialFinder } from './find-credentials.ts'
import { createTextWalk, mapTexts } from './json-texts.ts'
import {
  createLeakScanner,
  type How,
  type Looked,
  SHORTEST_WATCHED,
  type WatchedValue,
} from './leak-scanner.ts'
import { createLeakStream } from './leak-stream.ts'
import { redact, UNREAD } from './merge-hits.ts'
import type { ReadyValues } from './needles.ts'
import { createPace, TakesLong } from './pace.ts'
import { createScanThreads, type ScanThreads } from './scan-threads.ts'
import { sequence } from './sequence.ts'

export interface AsideScanner extends LeakScanner {
  /** From now on these are looked for, and no others. */
  watch(values: readonly WatchedValue[]): void
  /** Its threads go. */
  end(): void
}

/** What is looked at here at most: characters in one look, and ms in one turn of the loop. */
const HERE = { characters: 64 * 1024, ms: 8 }
/** When a turn's time is up, a short look is still tried, for a while: one tool's texts must not send another's away. */
const SHORT = { ms: 0.5, turnMs: 24 }
/** For a line or two that can't wait. */
const BRIEF = { characters: 8 * 1024, ms: 20 }
/** Of a JSON value: values in one turn of the loop, characters in one job of a thread. */
const PART = { characters: 512 * 1024, values: 20_000 }
/**
 * So many values are got ready for at once; for more of them, so long in each turn of the loop, ms; for more than `here`
 * a thread gets ready, which takes seconds.
 */
const READY = { values: 24, ms: 6, here: 200 }
/** Below this a turn's spending need not be forgotten at its end. */
const SMALL_MS = 0.5

/** As often values may change under one look. */
const MOST_TRIES = 20

const LATER = Symbol('later')

export function createScanAside({
  credentials = createCredentialFinder(),
  threads = createScanThreads(),
  most = HERE,
}: {
  credentials?: CredentialFinder
  threads?: ScanThreads
  most?: typeof HERE
} = {}): AsideScanner {
  const pace = createPace()
  const here = createLeakScanner(credentials, pace)
  /** For a line or two that can't wait until `here` is ready: values as they are, however escaped. */
  const quick = createLeakScanner(credentials, pace, (value) => [sequence('plain', value)])
  /** Left to do until `here` looks for what it should; meanwhile all is looked at on a thread. */
  let steps: Generator<void, ReadyValues> | null = null
  /** A thread gets ready for many values, and this one attaches what it makes. */
  let waits = false
  let spent = 0
  let forgets = false
  let watched: readonly WatchedValue[] = []
  /** Goes up when values change. A value that was taken apart before and after is looked through again. */
  let version = 0

  /** At once, or `LATER`. */
  function tryHere<T>(look: () => T): T | typeof LATER {
    if (steps !== null || waits) return LATER
    const left = most.ms - spent
    if (left <= -SHORT.turnMs) return LATER
    pace.begin({ characters: most.characters, ms: Math.max(left, SHORT.ms) })
    try {
      return look()
    } catch (error) {
      if (error instanceof TakesLong) return LATER
      throw error
    } finally {
      spend(pace.spent())
    }
  }
  function spend(ms: number): void {
    spent += ms
    if (spent < SMALL_MS || forgets) return
    forgets = true
    setImmediate(() => {
      spent = 0
      forgets = false
    })
  }

  function getReady(ms: number): void {
    const mine = steps
    if (mine === null) return
    const until = performance.now() + ms
    for (;;) {
      const { done, value } = mine.next()
      if (done) {
        threads.share(value)
        break
      }
      if (performance.now() > until)
        return void setImmediate(() => {
          if (steps === mine) getReady(READY.ms)
        })
    }
    steps = null
    quick.watch([])
  }
  /** Another thread does it, or this one if that fails. */
  async function getReadyThere(values: readonly WatchedValue[]): Promise<void> {
    const mine = version
    const made = await threads.make(values)
    if (mine !== version || !waits) return
    waits = false
    if (made === null) {
      steps = here.watching(values)
      getReady(READY.ms)
    } else {
      here.attach(made)
      quick.watch([])
    }
  }

  async function hitsLater(text: string, how: How): Promise<LeakHit[]> {
    const looked = await threads.look({ how, open: false, texts: [text] })
    return looked === null ? [whole(text)] : (looked.hits?.[0] ?? [])
  }
  async function scanLater(text: string) {
    const hits = await hitsLater(text, 'all')
    return { hits, redacted: redact(text, hits) }
  }
  async function redactLater(text: string) {
    const hits = await hitsLater(text, 'known')
    return { text: redact(text, hits), hits }
  }

  /** Taken apart here, some in each turn of the loop; looked at there; put together here if there is anything in it. */
  async function jsonLater(value: Json, how: How): Promise<{ value: Json; hits: LeakHit[] }> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const before = version
      const done = await lookThrough(value, how)
      if (version === before) return done
    }
    return { value: UNREAD, hits: [{ what: UNREAD, start: 0, end: 0 }] }
  }
  async function lookThrough(value: Json, how: How): Promise<{ value: Json; hits: LeakHit[] }> {
    // To try it here first took its time, and only to list very many keys takes long again.
    await new Promise(setImmediate)
    const walk = createTextWalk(value, SHORTEST_WATCHED)
    const found: LeakHit[] = []
    const changes: string[] = []
    for (let texts = await gather(walk); texts.length > 0; texts = await gather(walk)) {
      const looked = await threads.look({ how, open: false, texts })
      texts.forEach((text, at) => {
        const hits = looked === null ? [whole(text)] : (looked.hits?.[at] ?? [])
        for (const hit of hits) found.push(hit)
        changes.push(redact(text, hits))
      })
    }
    if (found.length === 0) return { value, hits: [] }
    let at = 0
    const change = (text: string) => (text.length < SHORTEST_WATCHED ? text : (changes[at++] as string))
    return { value: mapTexts(value, change), hits: found }
  }

  function json(value: Json, how: How) {
    const done = tryHere(() => (how === 'known' ? here.redactJson(value) : here.scanJson(value)))
    return done === LATER ? jsonLater(value, how) : done
  }

  function lookOpen(text: string, how: How): Soon<Looked | null> {
    const done = tryHere(() => here.lookOpen(text, how))
    if (done !== LATER) return done
    return threads
      .look({ how, open: true, texts: [text] })
      .then((looked) => looked && { hits: looked.hits?.[0] ?? [], open: looked.open })
  }

  return {
    watch(values) {
      if (isSame(values, watched)) return
      watched = values
      version++
      steps = null
      waits = values.length > READY.here
      if (waits) {
        quick.watch(values)
        void getReadyThere(values)
        return
      }
      threads.watch(values)
      steps = here.watching(values)
      getReady(values.length > READY.values ? READY.ms : Number.POSITIVE_INFINITY)
      if (steps !== null) quick.watch(values)
    },
    ready: here.ready,
    scan(text) {
      const done = tryHere(() => here.scan(text))
      return done === LATER ? scanLater(text) : done
    },
    brief(text) {
      pace.begin(BRIEF)
      try {
        return (steps === null && !waits ? here : quick).scan(text)
      } catch (error) {
        if (!(error instanceof TakesLong)) throw error
        return { hits: [whole(text)], redacted: redact(text, [whole(text)]) }
      } finally {
        spend(pace.spent())
      }
    },
    redactKnown(text) {
      const done = tryHere(() => here.redactKnown(text))
      return done === LATER ? redactLater(text) : done
    },
    redactJson: (value) => json(value, 'known'),
    scanJson: (value) => json(value, 'all'),
    stream(options): LeakStream {
      const how = options?.credentials ? 'all' : 'known'
      return createLeakStream((text) => lookOpen(text, how), how)
    },
    end() {
      steps = null
      waits = false
      threads.end()
    },
  }
}

const isSame = (some: readonly WatchedValue[], others: readonly WatchedValue[]) =>
  some.length === others.length &&
  some.every(({ what, value }, at) => what === others[at]?.what && value === others[at]?.value)

/** As much as one job takes; none at the end. */
async function gather(walk: ReturnType<typeof createTextWalk>): Promise<string[]> {
  const all: string[] = []
  let characters = 0
  for (let some = walk.next(PART); some !== null; some = walk.next(PART)) {
    for (const text of some) {
      all.push(text)
      characters += text.length
    }
    if (characters >= PART.characters) break
    await new Promise(setImmediate)
  }
  return all
}

const whole = (text: string): LeakHit => ({ what: UNREAD, start: 0, end: text.length })
