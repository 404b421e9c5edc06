/** What stands at the top of every page, in the tray, and in `sallyport status`; and what the shell saw. */
import type { Caller, Status } from '../../contract/broker-api.ts'
import type { KeychainStatus } from '../../contract/secret.ts'
import type { ActivityLog, ConsentDesk, StopSwitch } from '../ports.ts'
import { listParts, type PartFacts } from '../readiness/list-parts.ts'
import type { ApiGroup } from './group.ts'

export interface StatusParts {
  version: string
  /** Where the record and all else is kept: no room is left there. */
  diskFull(): boolean
  startedAt: number
  stop: StopSwitch
  consent: ConsentDesk
  log: ActivityLog
  agents(): number
  runsActive(): number
  /** The keychain as last seen: a status must not wait for it. */
  keychain(): KeychainStatus
  facts(): Omit<PartFacts, 'keychain' | 'log'>
}

export function makeStatus(parts: StatusParts): Status {
  const stop = parts.stop.state()
  const questions = parts.consent.pending().length
  const keychain = parts.keychain()
  const log = { ...parts.log.state(), ...(parts.diskFull() ? DISK_FULL : {}) }
  return {
    version: parts.version,
    pid: process.pid,
    startedAt: parts.startedAt,
    stop,
    state: stop.stopped ? 'stopped' : stop.paused ? 'paused' : questions > 0 ? 'asking' : 'running',
    agents: parts.agents(),
    runsActive: parts.runsActive(),
    questions,
    keychain,
    log,
    parts: listParts({
      ...parts.facts(),
      keychain,
      log: { state: log.state, text: log.text || 'Every effect is written before it happens.' },
    }),
  }
}

/** Also when nothing was written since it filled up. */
const DISK_FULL = { state: 'failing', text: 'The disk is full.' } as const

const REPORTS = {
  'page-crash': 'A page of the window ended',
  'page-hang': 'A page of the window did not answer',
  'forged-message': 'A message that no page of ours sends was refused',
  'broker-restart': 'The gate was opened again',
  'consent-lost': 'The consent window was lost',
} as const

export function serveStatus(parts: {
  status(): Status
  log: ActivityLog
  onReport?(what: keyof typeof REPORTS, caller: Caller): void
}): ApiGroup<'status.get' | 'shell.report'> {
  return {
    'status.get': async () => parts.status(),
    'shell.report': async ({ what, text }, caller) => {
      const kind = what === 'forged-message' ? 'door' : 'crash'
      parts.log.append({ kind, subject: REPORTS[what], ok: false, details: { text } })
      parts.onReport?.(what, caller)
      return { done: true }
    },
  }
}
