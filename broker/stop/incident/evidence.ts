/** What an incident bundle is made of: plain facts, gathered from the record and from the rooms, before anything is written. */
import type { ActivityEntry, VerifyReport } from '../../../contract/activity.ts'
import type { ToolInfo } from '../../../contract/broker-api.ts'
import type { Grant } from '../../../contract/grant.ts'
import { rotationOf } from '../../../contract/known-providers.ts'
import type { Need, UrlResource } from '../../../contract/resource.ts'
import type { SecretInfo } from '../../../contract/secret.ts'
import type { StopReceipt } from '../../../contract/stop.ts'

export type RecordedEntry = Omit<ActivityEntry, 'hash' | 'prev'>
export interface ChangedFile {
  path: string
  from: string | null
  what: string
  at: number
  runId: string | null
  /** Name of the before-image that is kept, or null when there was nothing, or it is gone. */
  beforeImage: string | null
}
export interface HostReached {
  /** With its port, where that is not the usual one of https. */
  host: string
  requests: number
  refused: number
  bytesOut: number
  by: string[]
  first: number
  last: number
}
export interface SecretExposed {
  name: string
  uses: number
  to: string[]
  tools: string[]
  by: string[]
  last: number
  rotateUrl: string
}
export interface Evidence {
  id: string
  at: number
  by: string
  why: string
  /** How far back it looks, epoch ms. */
  since: number
  receipt: StopReceipt
  head: { seq: number; hash: string; sealed: boolean }
  verified: VerifyReport
  grants: Grant[]
  policies: { name: string; text: string }[]
  tools: Pick<ToolInfo, 'name' | 'version' | 'hash' | 'from' | 'title'>[]
  hosts: HostReached[]
  secrets: SecretExposed[]
  files: ChangedFile[]
  alerts: { at: number; text: string; rule: string }[]
  tokensRevoked: number
  entries: number
}

/** Hosts and secrets, as the record tells of them. */
export function readRecord(entries: Iterable<RecordedEntry>, known: SecretInfo[]) {
  const hosts = new Map<string, HostReached>()
  const secrets = new Map<string, SecretExposed>()
  const alerts: Evidence['alerts'] = []
  let count = 0
  for (const entry of entries) {
    count++
    if (entry.kind === 'alert')
      alerts.push({ at: entry.at, text: entry.subject, rule: String(entry.details.rule ?? '') })
    if (entry.kind !== 'intent' && entry.kind !== 'decision') continue
    for (const { resource } of needsOf(entry)) {
      if (resource?.kind === 'url') noteHost(hosts, entry, nameOf(resource))
      // One that was only asked for was sent nowhere yet.
      if (resource?.kind === 'secret' && !resource.asked && entry.kind === 'intent')
        noteSecret(secrets, entry, resource, known)
    }
  }
  return {
    hosts: [...hosts.values()].sort((a, b) => b.last - a.last),
    secrets: [...secrets.values()].sort((a, b) => b.last - a.last),
    alerts,
    count,
  }
}

const needsOf = ({ details }: RecordedEntry): Need[] =>
  Array.isArray(details.needs) ? (details.needs as unknown as Need[]) : []

const nameOf = ({ scheme, host, port }: UrlResource) =>
  scheme === 'https' && port === 443 ? host : `${host}:${port}`

function noteHost(hosts: Map<string, HostReached>, entry: RecordedEntry, host: string): void {
  const seen = hosts.get(host) ?? {
    host,
    requests: 0,
    refused: 0,
    bytesOut: 0,
    by: [],
    first: entry.at,
    last: entry.at,
  }
  if (entry.kind === 'intent') seen.requests++
  else if (entry.decision === 'deny') seen.refused++
  // An allowed decision is a redirect that was followed, and sends again.
  if (entry.decision !== 'deny' && typeof entry.details.bytesOut === 'number')
    seen.bytesOut += entry.details.bytesOut
  addOnce(seen.by, entry.principal?.name)
  hosts.set(host, { ...seen, last: entry.at })
}

function noteSecret(
  secrets: Map<string, SecretExposed>,
  entry: RecordedEntry,
  { name, to }: { name: string; to: string },
  known: SecretInfo[],
): void {
  const info = known.find((each) => each.name === name)
  const rotateUrl = info ? rotationOf(info).rotateUrl : ''
  const seen = secrets.get(name) ?? { name, uses: 0, to: [], tools: [], by: [], last: 0, rotateUrl }
  addOnce(seen.to, to)
  addOnce(seen.tools, entry.tool?.name)
  addOnce(seen.by, entry.principal?.name)
  secrets.set(name, { ...seen, uses: seen.uses + 1, last: entry.at })
}

function addOnce(list: string[], word: string | undefined): void {
  if (word !== undefined && !list.includes(word)) list.push(word)
}
