/** Seals the record as it stands, and gathers from it and from the rooms what a bundle tells of. */
import type { VerifyReport } from '../../../contract/activity.ts'
import { type Evidence, readRecord } from './evidence.ts'
import type { IncidentParts } from './incident-parts.ts'
import { entriesFrom, firstAfter } from './read-stretch.ts'
import type { Step } from './step-by-step.ts'

/** What was known of it before the record was read. */
type Known = Pick<Evidence, 'id' | 'at' | 'by' | 'why' | 'since' | 'receipt' | 'tokensRevoked'>

/** `after` is the number before the first entry that the bundle is about. */
export async function gatherEvidence(
  parts: IncidentParts,
  step: Step,
  known: Known,
): Promise<{ evidence: Evidence; after: number }> {
  const { log } = parts
  const sealed = await step('Sealing the record', async () => (await log.sealNow('freeze')).key !== '', false)
  const head = await step('Reading the record', () => ({ ...log.head(), sealed }), {
    seq: 0,
    hash: '',
    sealed: false,
  })
  const after = await step('Reading the record', () => firstAfter(log, head.seq, known.since), head.seq)
  const seen = await step('Reading the record', () => readRecord(entriesFrom(log, after), parts.secrets()), {
    hosts: [],
    secrets: [],
    alerts: [],
    count: 0,
  })
  const evidence: Evidence = {
    ...{ ...known, head },
    hosts: seen.hosts,
    secrets: seen.secrets,
    alerts: seen.alerts,
    entries: seen.count,
    verified: await step('Verifying the record', () => log.verify({ everyEntry: true }), notVerified),
    grants: await step('Reading grants', () => parts.grants(), []),
    policies: await step('Reading policies', () => parts.policies(), []),
    tools: await step('Reading tools', () => parts.tools().map(identityOf), []),
    files: await step('Reading changes', () => parts.changedFiles(known.since), []),
  }
  return { evidence, after }
}

/** Which tool it was, and not all of its code, which a list of tools carries along. */
const identityOf = ({ name, version, hash, from, title }: Evidence['tools'][number]) => ({
  ...{ name, version, hash, from, title },
})

const notVerified: VerifyReport = {
  ok: false,
  entries: 0,
  firstBad: { seq: 1, what: 'unreadable', text: 'The record could not be verified.' },
  head: null,
  sealedTo: null,
  gaps: [],
  byBlocks: null,
  ms: 0,
}
