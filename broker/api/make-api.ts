/** The whole Api from its groups. TypeScript refuses a method that no group serves. */
import { join } from 'node:path'
import type { Api } from '../../contract/broker-api.ts'
import type { Rooms } from '../make-broker.ts'
import { createCheckFormer } from './check-former.ts'
import { serveActivity } from './serve-activity.ts'
import { serveAgents } from './serve-agents.ts'
import { serveConsent } from './serve-consent.ts'
import { serveDigest } from './serve-digest.ts'
import { serveGrants } from './serve-grants.ts'
import { serveIncident } from './serve-incident.ts'
import { servePolicy } from './serve-policy.ts'
import { serveRuns } from './serve-runs.ts'
import { serveSecrets } from './serve-secrets.ts'
import { serveSettings } from './serve-settings.ts'
import { serveStatus } from './serve-status.ts'
import { serveStop } from './serve-stop.ts'
import { serveToolRun } from './serve-tool-run.ts'
import { serveTools } from './serve-tools.ts'

export function makeApi(rooms: Rooms): Api {
  return {
    ...serveStatus(rooms),
    ...serveStop(rooms),
    ...serveAgents(rooms),
    ...serveRuns(rooms),
    ...serveConsent({
      consent: rooms.consent,
      parent: rooms.options.parent,
      replay: rooms.consent.replay,
      onForged: (caller, what) =>
        rooms.log.append({
          kind: 'door',
          subject: 'Refused an answer from outside the consent window',
          decision: 'deny',
          ok: false,
          details: { from: caller.name, method: what },
        }),
    }),
    ...serveGrants(rooms),
    ...serveActivity(rooms),
    ...serveSecrets({ ...rooms, checkFormer: createCheckFormer(rooms) }),
    ...servePolicy(rooms),
    ...serveSettings(rooms),
    ...serveToolRun(rooms),
    ...serveTools(rooms),
    ...serveIncident(rooms),
    ...serveDigest(rooms),
    'paths.resolve': async ({ path }) => {
      const full = path === '~' || path.startsWith('~/') ? join(rooms.options.home, path.slice(1)) : path
      const real = rooms.places.resolvePath(full)
      return { path: real, folder: rooms.isFolder(real) }
    },
  }
}
