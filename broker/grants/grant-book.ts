/**
 * All grants: kept on disk, indexed in memory. What ends a grant counts at once; how often it was used is written a
 * little later, since a lost count takes nothing from anybody.
 */
import { Grant, type GrantEnd, type GrantScope } from '../../contract/grant.ts'
import type { Clock, DocumentStore, GrantBook, GrantIndex } from '../ports.ts'
import { isLive } from './grant-ends.ts'
import { indexGrants } from './index-grants.ts'
import { within } from './match-scope.ts'
import { scopeWords } from './scope-words.ts'

const KIND = 'grants'
const WRITE_BEHIND_MS = 1_000
/** Ended grants are kept this long, to be looked at. */
const KEEP_ENDED_MS = 30 * 24 * 60 * 60 * 1000

export interface GrantBookOptions {
  store: DocumentStore
  clock: Clock
  newId(kind: string): string
  /** The person's home folder, drawn as `~` in words. */
  home?: string
  /** What could not be written. */
  onFault?: (error: unknown) => void
}
export interface OpenGrantBook extends GrantBook {
  index(): GrantIndex
  /** A tool changed: grants for its other hashes end. Gives back how many. */
  toolChanged(name: string, hash: string): number
  /** Writes counts that wait. */
  flush(): void
  close(): void
}

export function openGrantBook({
  store,
  clock,
  newId,
  home = '',
  onFault = () => {},
}: GrantBookOptions): OpenGrantBook {
  const grants = new Map<string, Grant>()
  const index = indexGrants()
  const listeners = new Set<(grants: Grant[]) => void>()
  const dirty = new Set<string>()
  let timer: NodeJS.Timeout | null = null

  for (const { id, value } of store.list(KIND)) {
    const parsed = Grant.safeParse(value)
    // A grant that can't be read grants nothing; one of a run that is over neither.
    if (!parsed.success || endedLongAgo(parsed.data, clock())) {
      store.delete(KIND, id)
      continue
    }
    const grant =
      parsed.data.end.kind === 'run' && parsed.data.revokedAt === null
        ? { ...parsed.data, revokedAt: clock() }
        : parsed.data
    grants.set(grant.id, grant)
    if (grant.revokedAt === null) index.add(grant)
  }

  const tell = () => {
    const all = list()
    for (const listener of listeners) listener(all)
  }
  const list = () => [...grants.values()].sort((a, b) => b.madeAt - a.madeAt || (a.id < b.id ? 1 : -1))
  const live = (id: string): Grant | null => {
    const grant = grants.get(id)
    return grant && isLive(grant, clock()) ? grant : null
  }
  /** What gives is on the disk before it counts; what takes away counts before, and is tried again if the disk fails. */
  const replace = (old: Grant | null, next: Grant, takes: boolean, together = false) => {
    if (takes) dirty.add(next.id)
    else store.put(KIND, next.id, next)
    if (old) index.remove(old)
    grants.set(next.id, next)
    if (next.revokedAt === null) index.add(next)
    if (!together) tell()
    if (takes) {
      arm()
      store.put(KIND, next.id, next)
    }
    dirty.delete(next.id)
    return next
  }
  /** Each of them, also where the disk takes none: they have ended, and are tried again. */
  const endAll = (ended: readonly Grant[], why = '') => {
    const faults: unknown[] = []
    for (const grant of ended) {
      try {
        replace(grant, { ...grant, revokedAt: clock(), note: grant.note || why }, true, true)
      } catch (error) {
        faults.push(error)
      }
    }
    // All of them are listed each time.
    if (ended.length > 0) tell()
    if (faults.length > 0)
      onFault(
        new Error(
          `${faults.length} of ${ended.length} grants have ended and can’t be written yet. It is tried again.`,
          { cause: faults[0] },
        ),
      )
  }
  const arm = () => {
    timer ??= setTimeout(writeLater, WRITE_BEHIND_MS).unref()
  }
  const writeLater = () => {
    timer = null
    try {
      flush()
    } catch {
      arm() // The disk is full or gone: what waits is tried again.
    }
  }
  const flush = () => {
    const waiting = [...dirty]
    for (const id of waiting) {
      const grant = grants.get(id)
      if (grant) store.put(KIND, id, grant)
      dirty.delete(id)
    }
    if (waiting.length > 0) tell()
  }

  return {
    list,
    index: () => index,
    add(input) {
      const grant = Grant.parse({
        ...input,
        id: newId('g'),
        uses: 0,
        lastUse: null,
        revokedAt: null,
        note: '',
      })
      return replace(null, grant, false)
    },
    use(id, now) {
      const grant = grants.get(id)
      if (!grant || !isLive(grant, now)) return false
      // In place: the index holds this very object.
      grant.uses += 1
      grant.lastUse = now
      dirty.add(id)
      arm()
      return true
    },
    revoke(id) {
      const grant = grants.get(id)
      if (!grant) return null
      return grant.revokedAt === null ? replace(grant, { ...grant, revokedAt: clock() }, true) : grant
    },
    extend(id, end: GrantEnd) {
      const grant = live(id)
      return grant ? replace(grant, { ...grant, end }, false) : null
    },
    narrow(id, scope: GrantScope) {
      const grant = live(id)
      return grant && within(scope, grant.scope, grant.capability)
        ? replace(
            grant,
            { ...grant, scope, words: scopeWords(grant.capability, scope, home).slice(0, 600) },
            true,
          )
        : null
    },
    note(id, note) {
      const grant = grants.get(id)
      return grant ? replace(grant, { ...grant, note: note.slice(0, 500) }, false) : null
    },
    endRun(runId) {
      endAll(
        [...grants.values()].filter(
          (grant) => grant.end.kind === 'run' && grant.end.runId === runId && grant.revokedAt === null,
        ),
      )
    },
    toolChanged(name, hash) {
      const old = [...grants.values()].filter(
        (grant) => grant.tool.name === name && grant.tool.hash !== hash && grant.revokedAt === null,
      )
      endAll(old, 'The tool changed, so this ended.')
      return old.length
    },
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    flush,
    close() {
      if (timer) clearTimeout(timer)
      flush()
      listeners.clear()
    },
  }
}

function endedLongAgo(grant: Grant, now: number): boolean {
  if (isLive(grant, now) && grant.end.kind !== 'run') return false
  const ended =
    grant.revokedAt ?? (grant.end.kind === 'until' ? grant.end.at : (grant.lastUse ?? grant.madeAt))
  return now - ended > KEEP_ENDED_MS
}
