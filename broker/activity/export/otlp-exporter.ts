/**
 * Sends the record to an OpenTelemetry collector as it grows (OTLP/HTTP with JSON), when a person has named one. The log
 * itself is the spool: a cursor says how far the collector has it, so nothing is kept twice and nothing is lost by a
 * restart or a collector that is away. The backlog is bounded: what is further behind is skipped and said.
 */
import type { DocumentStore } from '../../ports.ts'
import type { EntryFields } from '../entry-bytes.ts'
import { type OtlpSource, otlpRequest } from './otlp-record.ts'

export interface OtlpExporterOptions {
  entriesAfter(after: number, limit: number): EntryFields[]
  head(): number
  onEntry(fn: () => void): () => void
  documents: DocumentStore
  /** As the platform's fetch. */
  http(
    url: string,
    init: {
      method: 'POST'
      headers: Record<string, string>
      body: string
      signal: AbortSignal
      redirect: 'manual'
    },
  ): Promise<{
    status: number
    headers: { get(name: string): string | null }
    body: AsyncIterable<Uint8Array> | null
  }>
  source: OtlpSource
  limits?: Partial<OtlpLimits>
  onFault?: (error: unknown) => void
  onLost?: (lost: LostEntries) => void
}
/** Entries that will never be sent. */
export interface LostEntries {
  entries: number
  /** Too far behind: told once when it begins, and with how many when the collector is there again. */
  over: boolean
  /** Refused by a collector that takes others: told once until it takes something again. */
  why: 'behind' | 'refused'
}
export interface OtlpLimits {
  /** Entries in one request. */
  batch: number
  /** Waits so long for more entries before it sends, in ms. */
  gatherMs: number
  /** First and longest pause after a failure, in ms. */
  backoffMs: number
  longestBackoffMs: number
  timeoutMs: number
  /** Entries behind which the collector is given up on. */
  backlog: number
}
export interface OtlpExporter {
  /** `https://collector.example:4318`, or with a path of its own; '' sends nothing. Throws when it is no such address. */
  setEndpoint(endpoint: string): void
  state(): { on: boolean; sentTo: number; waiting: number; skipped: number; fault: string }
  close(): void
}

const LIMITS: OtlpLimits = {
  batch: 500,
  gatherMs: 2_000,
  backoffMs: 1_000,
  longestBackoffMs: 300_000,
  timeoutMs: 10_000,
  backlog: 100_000,
}
interface Result {
  kind: 'taken' | 'later' | 'refused'
  afterMs: number
  fault: string
}
const REFUSALS = [400, 413, 422]
const KIND = 'log'
const ID = 'otlp-cursor'

export function createOtlpExporter(options: OtlpExporterOptions): OtlpExporter {
  const { documents, http, source, entriesAfter, head, onFault = () => {}, onLost = () => {} } = options
  const limits = { ...LIMITS, ...options.limits }
  let url: string | null = null
  let cursor = 0
  let skipped = 0
  /** Of these, how many since the collector last took something. */
  let lost = 0
  let refused = 0
  /** Entries in one request, now. */
  let atOnce = limits.batch
  let fault = ''
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let sending: AbortController | null = null
  const leave = options.onEntry(() => schedule(limits.gatherMs))

  function schedule(ms: number): void {
    if (url === null || timer !== undefined || sending !== null) return
    timer = setTimeout(() => {
      timer = undefined
      void send(url).catch((error: unknown) => {
        // Where it had come to could not be kept, or the record not be read: it stays to be sent.
        sending = null
        fault = `The record could not be sent: ${error instanceof Error ? error.message : String(error)}`
        onFault(error)
        scheduleAfterFailure(0)
      })
    }, ms).unref()
  }
  function scheduleAfterFailure(leastMs: number): void {
    failures++
    const wait = Math.min(limits.longestBackoffMs, limits.backoffMs * 2 ** (failures - 1))
    schedule(Math.max(leastMs, wait * (0.75 + Math.random() / 2)))
  }
  function moveTo(next: number): void {
    if (url !== null) documents.put(KIND, ID, { url, cursor: next })
    cursor = next
  }
  async function send(to: string | null): Promise<void> {
    if (to === null) return
    const behind = head() - cursor
    if (behind > limits.backlog) {
      const first = lost === 0
      moveTo(head() - limits.backlog)
      skipped += behind - limits.backlog
      lost += behind - limits.backlog
      if (first) onLost({ entries: lost, over: false, why: 'behind' })
    }
    const batch = entriesAfter(cursor, atOnce)
    const last = batch.at(-1)
    if (last === undefined) return
    const abort = new AbortController()
    sending = abort
    const result = await post(to, batch, abort).catch(
      (error: unknown): Result => ({ kind: 'later', afterMs: 0, fault: wordsOf(error) }),
    )
    if (sending !== abort) return
    sending = null
    fault = result.fault
    if (fault !== '') onFault(new Error(fault))
    if (result.kind === 'later') return scheduleAfterFailure(result.afterMs)
    if (result.kind === 'refused') return giveWay(batch)
    moveTo(last.seq)
    failures = 0
    refused = 0
    if (lost > 0) onLost({ entries: lost, over: true, why: 'behind' })
    lost = 0
    const more = batch.length === atOnce
    atOnce = Math.min(limits.batch, atOnce * 2)
    schedule(more ? 0 : limits.gatherMs)
  }
  /** Too much at once, or one of them will never be taken: half of it next; and what is refused alone is left out. */
  function giveWay(batch: EntryFields[]): void {
    if (batch.length > 1) {
      atOnce = Math.ceil(batch.length / 2)
      schedule(0)
      return
    }
    moveTo((batch[0] as EntryFields).seq)
    skipped++
    if (refused++ === 0) onLost({ entries: 1, over: true, why: 'refused' })
    scheduleAfterFailure(0)
  }
  async function post(to: string, batch: EntryFields[], abort: AbortController): Promise<Result> {
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(limits.timeoutMs)])
    const body = JSON.stringify(otlpRequest(batch, source))
    const reply = await http(to, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal,
      // What was named gets it, and nobody else.
      redirect: 'manual',
    })
    const text = await startOf(reply.body)
    if (reply.status >= 200 && reply.status < 300)
      return { kind: 'taken', afterMs: 0, fault: refusedIn(text) }
    const fault = `The collector answered ${reply.status}. ${text.slice(0, 200)}`.trim()
    // What it will never take (too large, malformed) must not hold up what comes after; all else may pass.
    const kind = REFUSALS.includes(reply.status) ? 'refused' : 'later'
    return { kind, afterMs: pauseAsked(reply.headers.get('retry-after')), fault }
  }

  return {
    setEndpoint(endpoint) {
      const next = endpoint.trim() === '' ? null : logsUrl(endpoint)
      if (next === url) return
      clearTimeout(timer)
      timer = undefined
      sending?.abort()
      sending = null
      url = next
      fault = ''
      failures = 0
      atOnce = limits.batch
      if (next === null) return
      const kept = documents.get(KIND, ID) as { url?: string; cursor?: number } | undefined
      // A collector that is named for the first time is sent what happens from now on, not a person's past.
      moveTo(kept?.url === next && typeof kept.cursor === 'number' ? Math.min(kept.cursor, head()) : head())
      schedule(0)
    },
    state: () => ({
      on: url !== null,
      sentTo: cursor,
      waiting: url === null ? 0 : head() - cursor,
      skipped,
      fault,
    }),
    close() {
      leave()
      clearTimeout(timer)
      sending?.abort()
      url = null
    },
  }
}

/** No more is read of an answer than what is looked at; one that goes on is let go of. */
const ANSWER_BYTES = 8_192
async function startOf(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body ?? []) {
    parts.push(part.subarray(0, ANSWER_BYTES - bytes))
    bytes += part.byteLength
    if (bytes >= ANSWER_BYTES) break
  }
  return Buffer.concat(parts).toString('utf8')
}

function logsUrl(endpoint: string): string {
  const url = new URL(endpoint)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Error('A collector’s address begins with https:// or http://.')
  if (!url.pathname.endsWith('/v1/logs')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/logs`
  return url.href
}

/** Seconds, or a date. A timer takes no more than 24 days, and a collector that asks for more than an hour is asked again after it. */
const LONGEST_ASKED_MS = 3_600_000
function pauseAsked(retryAfter: string | null): number {
  if (retryAfter === null) return 0
  const ms = /^\d+$/.test(retryAfter.trim())
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - Date.now()
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), LONGEST_ASKED_MS)
}

/** A collector may take a batch and say that it dropped some of it. */
function refusedIn(text: string): string {
  try {
    const { partialSuccess } = JSON.parse(text) as {
      partialSuccess?: { rejectedLogRecords?: string | number; errorMessage?: string }
    }
    const rejected = Number(partialSuccess?.rejectedLogRecords ?? 0)
    return rejected > 0
      ? `The collector dropped ${rejected} entries: ${partialSuccess?.errorMessage ?? ''}`
      : ''
  } catch {
    return ''
  }
}
const wordsOf = (error: unknown) =>
  `The collector can’t be reached: ${error instanceof Error ? error.message : String(error)}`
