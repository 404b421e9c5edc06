/** Stop, resume, pause. Anyone at the keyboard may stop; only an unlocked session may resume. */
import type { StopSwitch } from '../ports.ts'
import type { Incidents } from '../stop/incident.ts'
import { type ApiGroup, whenUnlocked } from './group.ts'

export function serveStop({
  stop,
  session,
  incidents,
}: {
  stop: StopSwitch
  incidents: Pick<Incidents, 'end'>
  session: { locked(): boolean; setLocked(locked: boolean): void }
}): ApiGroup<'stop.now' | 'stop.resume' | 'pause.set' | 'session.locked'> {
  const mayResume = () => whenUnlocked(session, 'resume')
  return {
    'stop.now': ({ agentId, drill }, caller) => stop.stop(caller.name, agentId ?? 'all', drill),
    'stop.resume': async ({ agentId }, caller) => {
      mayResume()
      if (agentId !== undefined) return stop.resume(caller.name, agentId)
      // Going on is the end of an incident: secrets are unlocked, and who did it is on record.
      await incidents.end(caller.name)
      return stop.resume(caller.name)
    },
    'pause.set': async ({ agentId, paused }, caller) => {
      if (!paused) mayResume()
      return stop.setPaused(caller.name, paused, agentId)
    },
    'session.locked': async ({ locked }) => {
      session.setLocked(locked)
      return { done: true }
    },
  }
}
