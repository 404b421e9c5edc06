/**
 * Incident mode: one click stops everything, freezes the record, takes back what others hold (tokens, secrets), and
 * writes a folder that one can hand to a responder (`incident/begin-incident.ts`). Then a list leads back to normal.
 */
import type { Incident } from '../../contract/incident.ts'
import { beginIncident } from './incident/begin-incident.ts'
import { UNLOCK } from './incident/checklist.ts'
import type { Begin, IncidentParts } from './incident/incident-parts.ts'
import { isLocked, keepIncident } from './incident/keep-incident.ts'

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

export function createIncidents(parts: IncidentParts): Incidents {
  const { log, clock } = parts
  let starting: Promise<Incident> | null = null
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const kept = keepIncident(parts, tell)
  // An incident outlives the process in which it began, and so do its locks.
  const left = kept.load()
  if (left !== null && left.endedAt === null && isLocked(left)) parts.lockSecrets(true)

  async function current(): Promise<Incident | null> {
    return starting === null ? kept.open() : null
  }

  return {
    start(begin) {
      starting ??= beginIncident(parts, kept, begin).finally(() => {
        starting = null
        tell()
      })
      return starting
    },
    current,
    async tick(itemId, by) {
      const state = await current()
      if (state === null) return null
      return kept.tickWhere(state, ({ id }) => id === itemId, `ticked by ${by}`)
    },
    async unlock(by) {
      const state = await current()
      if (state === null) return null
      const unlocked = !state.checklist.some(({ id, doneAt }) => id === UNLOCK && doneAt === null)
      if (unlocked) return state
      // On record before they are: when it can't be written, they stay locked.
      log.append({ kind: 'stop', subject: 'Secrets unlocked', details: { id: state.id, by } })
      parts.lockSecrets(false)
      return kept.tickWhere(state, ({ id }) => id === UNLOCK, `unlocked by ${by}`)
    },
    oldRefused(secret) {
      const state = starting === null ? kept.load() : null
      if (state === null || state.endedAt !== null) return
      kept.tickWhere(state, (item) => item.secret === secret, 'the old one no longer works')
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
      return kept.save({ ...state, endedAt: clock() })
    },
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
  }
}
