/** Incident mode: one call stops, freezes, locks, and writes the bundle. */
import type { Rooms } from '../make-broker.ts'
import type { ApiGroup } from './group.ts'

export function serveIncident({ incidents }: Rooms): ApiGroup<'incident.start'> {
  return {
    'incident.start': async ({ folder }, caller) => {
      const state = await incidents.start({ by: caller.name, folder })
      return { folder: state.folder, files: state.files }
    },
  }
}
