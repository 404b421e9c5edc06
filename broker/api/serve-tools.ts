/** The installed tools, and what a person granted or denied each of them, for every agent. */
import type { ToolRules } from '../../contract/settings.ts'
import type { OpenCatalog } from '../catalog/open-catalog.ts'
import type { ActivityLog } from '../ports.ts'
import type { Canaries } from '../secrets/canaries.ts'
import type { SettingsKeeper } from '../settings/keep-settings.ts'
import type { ToolPauses } from '../stop/tool-pauses.ts'
import { type ApiGroup, orFault, orMissing, whenUnlocked } from './group.ts'

const SET_WORDS = { rules: 'as the rules say', ask: 'asks first', deny: 'never' }

export function serveTools({
  catalog,
  canaries,
  toolPauses,
  settings,
  log,
  session,
}: {
  catalog: Pick<OpenCatalog, 'list' | 'get'>
  canaries: Pick<Canaries, 'list' | 'thaw'>
  toolPauses: Pick<ToolPauses, 'list' | 'set'>
  settings: Pick<SettingsKeeper, 'get' | 'set'>
  log: Pick<ActivityLog, 'append'>
  session: { locked(): boolean }
}): ApiGroup<'tools.list' | 'tools.thaw' | 'tools.pause' | 'tools.setRule'> {
  return {
    'tools.list': async () => ({
      tools: catalog.list(),
      frozen: canaries.list(),
      paused: toolPauses.list(),
    }),
    'tools.thaw': async ({ name }, caller) => {
      whenUnlocked(session, 'thaw the tool')
      return orFault(canaries.thaw(name, caller.name))
    },
    'tools.pause': async ({ name, paused }, caller) => {
      // One that was removed meanwhile can still be resumed.
      if (paused) orMissing(catalog.get(name), `There is no tool named “${name}”.`)
      else whenUnlocked(session, 'resume the tool')
      toolPauses.set(name, paused, caller.name)
      return { paused: toolPauses.list() }
    },
    'tools.setRule': async ({ name, capability, rule }, caller) => {
      orMissing(catalog.get(name), `There is no tool named “${name}”.`)
      const { [name]: old = {}, ...others } = settings.get().toolRules
      const { [capability]: _, ...kept } = old
      const mine = rule === 'rules' ? kept : { ...kept, [capability]: rule }
      const toolRules: ToolRules = Object.keys(mine).length === 0 ? others : { ...others, [name]: mine }
      orFault(settings.set({ toolRules }))
      log.append({
        kind: 'settings',
        subject: `Set for the tool ${name}: ${capability} ${SET_WORDS[rule]}`,
        details: { by: caller.name, tool: name, capability, rule },
      })
      return { rules: settings.get().toolRules }
    },
  }
}
