/** What incident mode needs of the other rooms, and what is said when it begins. */
import type { Caller } from '../../../contract/broker-api.ts'
import type { Grant } from '../../../contract/grant.ts'
import type { SecretInfo } from '../../../contract/secret.ts'
import type { ActivityLog, Clock, DocumentStore, LeakScanner, StopSwitch } from '../../ports.ts'
import type { ChangedFile, Evidence, RecordedEntry } from './evidence.ts'

/** What is needed of the record beyond the port. */
export interface IncidentLog extends ActivityLog {
  head(): { seq: number; hash: string }
  sealNow(kind: 'freeze'): Promise<{ key: string }>
  entriesAfter(after: number, limit: number): RecordedEntry[]
  export(request: { format: 'jsonl' | 'csv'; after: number; limit: number }): {
    text: string
    next: number | null
  }
}
export interface IncidentParts {
  log: IncidentLog
  stop: StopSwitch
  store: DocumentStore
  leaks: Pick<LeakScanner, 'scan' | 'brief'>
  clock: Clock
  /** Where bundles are put when nobody says where. */
  folder: string
  /** Takes back the tokens of clients and of the command line; whoever asked has their answer first. Returns how many. */
  revokeTokens(asked?: Caller): Promise<number>
  lockSecrets(locked: boolean): void
  grants(): Grant[]
  policies(): { name: string; text: string }[]
  tools(): Evidence['tools']
  secrets(): SecretInfo[]
  changedFiles(since: number): ChangedFile[]
  /** Content of a file before a change, by the change's id; null when it is no longer kept. */
  beforeImage?(id: string): Promise<Buffer | null>
  onFault?: (error: unknown) => void
}
export interface Begin {
  by: string
  why?: string
  folder?: string
  days?: number
  /** Whose call this is. */
  asked?: Caller
}
