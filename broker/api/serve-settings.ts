/** Settings, with what an organization set or locked. */
import type { ActivityLog } from '../ports.ts'
import type { SettingsKeeper } from '../settings/keep-settings.ts'
import { type ApiGroup, orFault } from './group.ts'

export function serveSettings({
  settings,
  log,
}: {
  settings: SettingsKeeper
  log: ActivityLog
}): ApiGroup<'settings.get' | 'settings.set'> {
  return {
    'settings.get': async () => settings.view(),
    'settings.set': async (change, caller) => {
      orFault(settings.set(change))
      log.append({
        kind: 'settings',
        subject: `Change settings: ${Object.keys(change).join(', ')}`,
        details: { by: caller.name },
      })
      return settings.view()
    },
  }
}
