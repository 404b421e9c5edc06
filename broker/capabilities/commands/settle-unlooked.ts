/**
 * Programs whose broker was killed before it could look at what they left: the next broker looks. How it was before is
 * not known any more but for what was closed; so only what came while the program can have run counts.
 */
import fs from 'node:fs'
import type { DocumentStore, PerformContext } from '../../ports.ts'
import { rulesOf } from './closing-rules.ts'
import { type Left, type LeftoverDeps, setAside, UNLOOKED, Unlooked } from './leftovers.ts'
import { lookAgain } from './look-again.ts'
import { toBytes } from './look-below.ts'

export interface SettleDeps extends Pick<LeftoverDeps, 'files' | 'undo'> {
  documents: Pick<DocumentStore, 'list' | 'delete'>
  rules(of: Unlooked): Pick<PerformContext, 'wouldDecide' | 'ruleSubjects'>
  /** Into the record. */
  found(of: Unlooked, left: Left): void
}

/** It ended with its broker, and that was not noticed at once. */
const SLACK_MS = 60_000

export async function settleUnlooked(deps: SettleDeps): Promise<void> {
  const faults: unknown[] = []
  for (const { id, value } of deps.documents.list(UNLOOKED)) {
    const noted = Unlooked.safeParse(value)
    // One that fails holds up no other, and stays for the next start.
    try {
      if (noted.success) await settle(deps, noted.data)
      deps.documents.delete(UNLOOKED, id)
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw faults[0]
}

async function settle(deps: SettleDeps, noted: Unlooked): Promise<void> {
  const { reach, asked } = noted
  const rules = rulesOf({ files: deps.files, context: deps.rules(noted), asked })
  const tops = reach.writable.map((path) => ({ path, nearest: path, bytes: toBytes(path), writable: true }))
  const folders = new Map(tops.map((top) => [top.bytes, { ...top, state: '' }]))
  const { paths, unseen } = await lookAgain(
    { folders, repositories: new Map(noted.repositories.map((at) => [at, new Map()])), fixed: new Map() },
    reach,
    rules,
  )
  const of = { runId: noted.run?.id ?? null, callId: noted.callId, principalId: noted.principal.id }
  const left = await setAside(
    deps.undo,
    of,
    paths.filter((path) => cameMeanwhile(path, noted)),
  )
  deps.found(noted, { ...left, changed: [], unseen: unseen.map(({ path }) => path) })
}

function cameMeanwhile(path: string, { at, until }: Unlooked): boolean {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false })
  if (!stat) return false
  return [stat.ctimeMs, stat.birthtimeMs].some((time) => time >= at - 1000 && time <= until + SLACK_MS)
}
