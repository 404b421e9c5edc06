/**
 * Incident mode: one click stops everything, freezes the record, takes back what others hold (tokens, secrets), and
 * writes a folder that one can hand to a responder. Then a list leads back to normal. Each step is done even when the
 * one before failed, and what failed is said: in an incident the half of it is better than nothing.
 */

import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { VerifyReport } from '../../contract/activity.ts'
import type { Caller } from '../../contract/broker-api.ts'
import type { Grant } from '../../contract/grant.ts'
import { Incident } from '../../contract/incident.ts'
import type { SecretInfo } from '../../contract/secret.ts'
import type { StopReceipt } from '../../contract/stop.ts'
import type { ActivityLog, Clock, DocumentStore, LeakScanner, StopSwitch } from '../ports.ts'
import { endedNothing } from './end-parts.ts'
import { backAgain, goOn, makeChecklist, tickSeen, UNLOCK, wayBack } from './incident/checklist.ts'
import { type ChangedFile, type Evidence, type RecordedEntry, readRecord } from './incident/evidence.ts'
import { writeBundle } from './incident/write-bundle.ts'

/** What is needed of the record beyond the port. */
export interface IncidentLog extends ActivityLog {
  head(): { seq: number; hash: string }
  sealNow(kind: 'freeze'): Promise<{ key: string }>
  entriesAfter(after: number, limit: number): RecordedEntry[]
  export(request: { format: 'jsonl' | 'csv'; after: number; limit: number }): {
    text: string
    next: number | null
  }
}
export interface IncidentParts {
  log: IncidentLog
  stop: StopSwitch
  store: DocumentStore
  leaks: Pick<LeakScanner, 'scan' | 'brief'>
  clock: Clock
  /** Where bundles are put when nobody says where. */
  folder: string
  /** Takes back the tokens of clients and of the command line; whoever asked has their answer first. Returns how many. */
  revokeTokens(asked?: Caller): Promise<number>
  lockSecrets(locked: boolean): void
  grants(): Grant[]
  policies(): { name: string; text: string }[]
  tools(): Evidence['tools']
  secrets(): SecretInfo[]
  changedFiles(since: number): ChangedFile[]
  /** Content of a file before a change, by the change's id; null when it is no longer kept. */
  beforeImage?(id: string): Buffer | null
  onFault?: (error: unknown) => void
}
interface Begin {
  by: string
  why?: string
  folder?: string
  days?: number
  /** Whose call this is. */
  asked?: Caller
}
export interface Incidents {
  start(options: Begin): Promise<Incident>
  /** The one that is not over yet, with what has been seen to be done ticked; null while one is only beginning. */
  current(): Promise<Incident | null>
  tick(itemId: string, by: string): Promise<Incident | null>
  /** The step of that name: secrets are filled in again, while all else stays as it is. */
  unlock(by: string): Promise<Incident | null>
  /** A provider refused the old value of this secret: its line in the list is done. */
  oldRefused(secret: string): void
  /** Unlocks the secrets and ends it; resuming is a step of its own, and a person's. */
  end(by: string): Promise<Incident | null>
  /** Its bundle is written, a step is done, or it is over. */
  onChange(fn: () => void): () => void
}

const KIND = 'incident'
const CURRENT = 'current'
const DAY_MS = 86_400_000
/** Entries that a bundle reaches back at most. */
const ENTRIES = 200_000

export function createIncidents(parts: IncidentParts): Incidents {
  const { log, stop, store, clock, onFault = () => {} } = parts
  let starting: Promise<Incident> | null = null
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  // An incident outlives the process in which it began, and so do its locks.
  const left = load()
  if (left !== null && left.endedAt === null && isLocked(left)) parts.lockSecrets(true)

  async function startNow({ by, why: said = '', folder, days = 30, asked }: Begin): Promise<Incident> {
    // Who tells of a leak may write what has leaked.
    const why = parts.leaks.brief(said).redacted
    const faults: string[] = []
    const step = async <T>(name: string, work: () => T | Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await work()
      } catch (error) {
        onFault(error)
        faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
        return otherwise
      }
    }
    const at = clock()
    const bundle = `incident-${new Date(at).toISOString().slice(0, 19).replace(/[:T]/g, '-')}-${randomBytes(2).toString('hex')}`
    // Stop first: it depends on nothing. What waits is only the count of what has ended, and no lock waits for that.
    const stopping = stop.stop(by)
    parts.lockSecrets(true)
    const target = path.join(folder ?? parts.folder, bundle)
    // Pressed again, it is the same incident, with one report more.
    const former = openOrNone()
    const id = former?.id ?? bundle
    const begun: Incident = {
      ...{ id, at, by, why, checklist: wayBack(), endedAt: null },
      ...(former && { at: former.at, by: former.by, why: former.why || why }),
      ...(former && { checklist: backAgain(former.checklist) }),
      ...{ folder: target, files: [] },
      faults: ['Sallyport ended before this incident’s report was whole.'],
    }
    // From here on it outlives this process, however that ends.
    await step('Keeping the incident', () => store.put(KIND, CURRENT, begun), undefined)
    const ended = await step('Stopping', () => stopping, notCounted({ id, at, by }))
    // Stop comes first in every runbook: what it had ended, and what had left by then, is what the report is about.
    const receipt = (endedNothing(ended) && stop.state().receipt) || ended
    const tokensRevoked = await step('Revoking tokens', () => parts.revokeTokens(asked), 0)
    await step(
      'Writing the record',
      () =>
        void log.append({
          kind: 'stop',
          subject: former
            ? 'Incident mode again: record frozen, secrets locked'
            : 'Incident: record frozen, secrets locked',
          details: { id, by, why, tokensRevoked },
        }),
      undefined,
    )
    const sealed = await step(
      'Sealing the record',
      async () => (await log.sealNow('freeze')).key !== '',
      false,
    )
    const head = await step('Reading the record', () => ({ ...log.head(), sealed }), {
      seq: 0,
      hash: '',
      sealed: false,
    })
    const since = at - days * DAY_MS
    const after = await step('Reading the record', () => firstAfter(log, head.seq, since), head.seq)
    const seen = await step(
      'Reading the record',
      () => readRecord(entriesFrom(log, after), parts.secrets()),
      { hosts: [], secrets: [], alerts: [], count: 0 },
    )
    const evidence: Evidence = {
      ...{ id: bundle, at, by, why: why || begun.why, since, receipt, head, tokensRevoked },
      hosts: seen.hosts,
      secrets: seen.secrets,
      alerts: seen.alerts,
      entries: seen.count,
      verified: await step('Verifying the record', () => log.verify({ everyEntry: true }), notVerified),
      grants: await step('Reading grants', () => parts.grants(), []),
      policies: await step('Reading policies', () => parts.policies(), []),
      tools: await step('Reading tools', () => parts.tools().map(identityOf), []),
      files: await step('Reading changes', () => parts.changedFiles(since), []),
    }
    const checklist = former ? goOn(former.checklist, evidence) : makeChecklist(evidence)
    const files = await step(
      'Writing the bundle',
      () =>
        writeBundle({
          folder: target,
          evidence,
          checklist,
          leaks: parts.leaks,
          ...(parts.beforeImage ? { beforeImage: parts.beforeImage } : {}),
          timeline: pages(log, 'jsonl', after),
          rows: pages(log, 'csv', after),
        }),
      [],
    )
    const state: Incident = { ...begun, files, faults, checklist }
    await step('Keeping the checklist', () => store.put(KIND, CURRENT, state), undefined)
    return state
  }
  function load(): Incident | null {
    const stored = store.get(KIND, CURRENT)
    if (stored === undefined) return null
    const parsed = Incident.safeParse(stored)
    return parsed.success ? parsed.data : unreadable(parts.folder)
  }
  function save(state: Incident): Incident {
    store.put(KIND, CURRENT, state)
    tell()
    return state
  }
  async function current(): Promise<Incident | null> {
    return starting === null ? open() : null
  }
  /** One that can't be read or ticked now must not keep another from beginning. */
  function openOrNone(): Incident | null {
    try {
      return open()
    } catch (error) {
      onFault(error)
      return null
    }
  }
  /** The one that is not over, also while it begins again. */
  function open(): Incident | null {
    const state = load()
    if (state === null || state.endedAt !== null) return null
    const checklist = tickSeen(state.checklist, {
      since: state.at,
      now: clock(),
      secrets: parts.secrets(),
    })
    const fresh = checklist.filter((item, n) => item !== state.checklist[n])
    for (const { id, text, how } of fresh) noteTick(state.id, id, text, how)
    return fresh.length > 0 ? save({ ...state, checklist }) : state
  }

  /** Ticks what is not ticked; each tick is on record. */
  function tickWhere(state: Incident, fits: (item: Item) => boolean, how: string): Incident {
    const fresh = state.checklist.filter((item) => item.doneAt === null && fits(item))
    if (fresh.length === 0) return state
    for (const { id, text } of fresh) noteTick(state.id, id, text, how)
    const doneAt = clock()
    return save({
      ...state,
      checklist: state.checklist.map((item) => (fresh.includes(item) ? { ...item, doneAt, how } : item)),
    })
  }
  function noteTick(id: string, step: string, text: string, how: string): void {
    try {
      log.append({ kind: 'stop', subject: `Incident step done: ${text}`, details: { id, step, how } })
    } catch (error) {
      onFault(error)
    }
  }

  return {
    start(begin) {
      starting ??= startNow(begin).finally(() => {
        starting = null
        tell()
      })
      return starting
    },
    current,
    async tick(itemId, by) {
      const state = await current()
      if (state === null) return null
      return tickWhere(state, ({ id }) => id === itemId, `ticked by ${by}`)
    },
    async unlock(by) {
      const state = await current()
      if (state === null) return null
      const unlocked = !state.checklist.some(({ id, doneAt }) => id === UNLOCK && doneAt === null)
      if (unlocked) return state
      // On record before they are: when it can't be written, they stay locked.
      log.append({ kind: 'stop', subject: 'Secrets unlocked', details: { id: state.id, by } })
      parts.lockSecrets(false)
      return tickWhere(state, ({ id }) => id === UNLOCK, `unlocked by ${by}`)
    },
    oldRefused(secret) {
      const state = starting === null ? load() : null
      if (state === null || state.endedAt !== null) return
      tickWhere(state, (item) => item.secret === secret, 'the old one no longer works')
    },
    async end(by) {
      const state = await current()
      if (state === null) return null
      const left = state.checklist
        .filter(({ doneAt, kind }) => doneAt === null && kind !== 'back')
        .map(({ text }) => text)
      log.append({
        kind: 'stop',
        subject: isLocked(state) ? 'Incident over: secrets unlocked' : 'Incident over',
        details: { id: state.id, by, left },
      })
      parts.lockSecrets(false)
      return save({ ...state, endedAt: clock() })
    },
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
  }
}

/** One that was kept and can't be read is not over: only a person ends it. */
const unreadable = (folder: string): Incident => ({
  ...{ id: 'incident-unreadable', at: 0, by: 'unknown', why: '', folder, files: [], endedAt: null },
  faults: ['What was kept of this incident can’t be read. Its report lies in the folder, if it was written.'],
  checklist: wayBack(),
})

/** Which tool it was, and not all of its code, which a list of tools carries along. */
const identityOf = ({ name, version, hash, from, title }: Evidence['tools'][number]) => ({
  ...{ name, version, hash, from, title },
})

type Item = Incident['checklist'][number]

const isLocked = ({ checklist }: Incident) =>
  !checklist.some(({ id, doneAt }) => id === UNLOCK && doneAt !== null)

/** The number before the first entry that counts: of the last `ENTRIES`, the first not older than `since`. */
function firstAfter(log: IncidentLog, head: number, since: number): number {
  let low = Math.max(0, head - ENTRIES)
  let high = head
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [entry] = log.entriesAfter(middle, 1)
    if (entry === undefined || entry.at >= since) high = middle
    else low = middle + 1
  }
  return low
}

function* entriesFrom(log: IncidentLog, after: number): Generator<RecordedEntry> {
  for (let from = after; ; ) {
    const batch = log.entriesAfter(from, 1_000)
    yield* batch
    const last = batch.at(-1)
    if (last === undefined) return
    from = last.seq
  }
}
function* pages(log: IncidentLog, format: 'jsonl' | 'csv', after: number): Generator<string> {
  for (let next: number | null = after; next !== null; ) {
    const page: { text: string; next: number | null } = log.export({ format, after: next, limit: 500 })
    // Each page of a CSV begins with its columns; one is enough.
    yield format === 'csv' && next !== after ? page.text.slice(page.text.indexOf('\n') + 1) : page.text
    next = page.next
  }
}

/** The receipt of a stop that told nothing of what it had ended. */
const notCounted = (of: Pick<StopReceipt, 'id' | 'at' | 'by'>): StopReceipt => ({
  ...of,
  ...{ scope: 'all', ms: 0, isolates: 0, processes: 0, sockets: 0, runs: 0, questions: 0, credentials: 0 },
  ...{ alreadyLeft: [], survivors: [], drill: false },
})

const notVerified: VerifyReport = {
  ok: false,
  entries: 0,
  firstBad: { seq: 1, what: 'unreadable', text: 'The record could not be verified.' },
  head: null,
  sealedTo: null,
  gaps: [],
  byBlocks: null,
  ms: 0,
}
