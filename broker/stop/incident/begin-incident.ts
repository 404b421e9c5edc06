/**
 * What happens when incident mode is pressed, top to bottom. Each step is done even when the one before failed, and what
 * failed is said: in an incident the half of it is better than nothing.
 */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Incident } from '../../../contract/incident.ts'
import type { StopReceipt } from '../../../contract/stop.ts'
import { endedNothing } from '../end-parts.ts'
import { backAgain, goOn, makeChecklist, wayBack } from './checklist.ts'
import { gatherEvidence } from './gather-evidence.ts'
import type { Begin, IncidentParts } from './incident-parts.ts'
import type { IncidentKeeper } from './keep-incident.ts'
import { pages } from './read-stretch.ts'
import { stepByStep } from './step-by-step.ts'
import { writeBundle } from './write-bundle.ts'

const DAY_MS = 86_400_000

export async function beginIncident(
  parts: IncidentParts,
  kept: IncidentKeeper,
  { by, why: said = '', folder, days = 30, asked }: Begin,
): Promise<Incident> {
  const { log, stop, clock } = parts
  // Who tells of a leak may write what has leaked.
  const why = parts.leaks.brief(said).redacted
  const { step, faults } = stepByStep(parts.onFault)
  const at = clock()
  const bundle = `incident-${new Date(at).toISOString().slice(0, 19).replace(/[:T]/g, '-')}-${randomBytes(2).toString('hex')}`
  // Stop first: it depends on nothing. What waits is only the count of what has ended, and no lock waits for that.
  const stopping = stop.stop(by)
  parts.lockSecrets(true)
  const target = path.join(folder ?? parts.folder, bundle)
  // Pressed again, it is the same incident, with one report more.
  const former = kept.openOrNone()
  const id = former?.id ?? bundle
  const begun: Incident = {
    ...{ id, at, by, why, checklist: wayBack(), endedAt: null },
    ...(former && { at: former.at, by: former.by, why: former.why || why }),
    ...(former && { checklist: backAgain(former.checklist) }),
    ...{ folder: target, files: [] },
    faults: ['Sallyport ended before this incident’s report was whole.'],
  }
  // From here on it outlives this process, however that ends.
  await step('Keeping the incident', () => kept.put(begun), undefined)
  const ended = await step('Stopping', () => stopping, notCounted({ id, at, by }))
  // Stop comes first in every runbook: what it had ended, and what had left by then, is what the report is about.
  const receipt = (endedNothing(ended) && stop.state().receipt) || ended
  const tokensRevoked = await step('Revoking tokens', () => parts.revokeTokens(asked), 0)
  await step(
    'Writing the record',
    () =>
      void log.append({
        kind: 'stop',
        subject: former
          ? 'Incident mode again: record frozen, secrets locked'
          : 'Incident: record frozen, secrets locked',
        details: { id, by, why, tokensRevoked },
      }),
    undefined,
  )
  const { evidence, after } = await gatherEvidence(parts, step, {
    ...{ id: bundle, at, by, why: why || begun.why, since: at - days * DAY_MS, receipt, tokensRevoked },
  })
  const checklist = former ? goOn(former.checklist, evidence) : makeChecklist(evidence)
  const files = await step(
    'Writing the bundle',
    () =>
      writeBundle({
        folder: target,
        evidence,
        checklist,
        leaks: parts.leaks,
        ...(parts.beforeImage ? { beforeImage: parts.beforeImage } : {}),
        timeline: pages(log, 'jsonl', after),
        rows: pages(log, 'csv', after),
      }),
    [],
  )
  const state: Incident = { ...begun, files, faults, checklist }
  await step('Keeping the checklist', () => kept.put(state), undefined)
  return state
}

/** The receipt of a stop that told nothing of what it had ended. */
const notCounted = (of: Pick<StopReceipt, 'id' | 'at' | 'by'>): StopReceipt => ({
  ...of,
  ...{ scope: 'all', ms: 0, isolates: 0, processes: 0, sockets: 0, runs: 0, questions: 0, credentials: 0 },
  ...{ alreadyLeft: [], survivors: [], drill: false },
})
