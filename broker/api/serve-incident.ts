/** Incident mode: one call stops, freezes, locks, and writes the bundle; a list leads back to normal. */
import { ApiError } from '../../contract/broker-api.ts'
import type { Rooms } from '../make-broker.ts'
import { RESUME, UNLOCK } from '../stop/incident/checklist.ts'
import { type ApiGroup, orMissing, whenUnlocked } from './group.ts'

type Methods = 'incident.start' | 'incident.current' | 'incident.tick' | 'incident.end'

const NONE = 'There is no incident that is not over.'

export function serveIncident({
  incidents,
  session,
}: Pick<Rooms, 'incidents' | 'session'>): ApiGroup<Methods> {
  return {
    'incident.start': ({ folder, why }, caller) =>
      incidents.start({
        by: caller.name,
        asked: caller,
        ...(folder ? { folder } : {}),
        ...(why ? { why } : {}),
      }),
    'incident.current': async () => ({ incident: await incidents.current() }),
    'incident.tick': async ({ item }, caller) => {
      const now = orMissing(await incidents.current(), NONE)
      if (!now.checklist.some(({ id }) => id === item))
        throw new ApiError(
          'not-found',
          `There is no step “${item}”. There are: ${now.checklist.map(({ id }) => id).join(', ')}.`,
        )
      if (item === RESUME)
        throw new ApiError(
          'bad-request',
          'This step is done by resuming: the Resume button, or sallyport resume.',
        )
      if (item !== UNLOCK) return orMissing(await incidents.tick(item, caller.name), NONE)
      // What unlocks the secrets is a way back like Resume.
      whenUnlocked(session, 'unlock the secrets')
      return orMissing(await incidents.unlock(caller.name), NONE)
    },
    'incident.end': async (_params, caller) => {
      whenUnlocked(session, 'end the incident')
      return orMissing(await incidents.end(caller.name), NONE)
    },
  }
}
