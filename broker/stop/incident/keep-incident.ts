/**
 * The one incident that is kept: read, written and ticked. It outlives the process in which it began, so all of it is on
 * the disk, and each tick is on record.
 */
import { Incident } from '../../../contract/incident.ts'
import { tickSeen, UNLOCK, wayBack } from './checklist.ts'
import type { IncidentParts } from './incident-parts.ts'

const KIND = 'incident'
const CURRENT = 'current'

export type IncidentKeeper = ReturnType<typeof keepIncident>

/** `changed` is told of what a person sees change, and not of an incident that is only beginning. */
export function keepIncident(parts: IncidentParts, changed: () => void) {
  const { log, store, clock, onFault = () => {} } = parts

  function load(): Incident | null {
    const stored = store.get(KIND, CURRENT)
    if (stored === undefined) return null
    const parsed = Incident.safeParse(stored)
    return parsed.success ? parsed.data : unreadable(parts.folder)
  }
  const put = (state: Incident) => store.put(KIND, CURRENT, state)
  function save(state: Incident): Incident {
    put(state)
    changed()
    return state
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

  return { load, save, put, open, openOrNone, tickWhere }
}

/** One that was kept and can't be read is not over: only a person ends it. */
const unreadable = (folder: string): Incident => ({
  ...{ id: 'incident-unreadable', at: 0, by: 'unknown', why: '', folder, files: [], endedAt: null },
  faults: ['What was kept of this incident can’t be read. Its report lies in the folder, if it was written.'],
  checklist: wayBack(),
})

type Item = Incident['checklist'][number]

export const isLocked = ({ checklist }: Incident) =>
  !checklist.some(({ id, doneAt }) => id === UNLOCK && doneAt !== null)
