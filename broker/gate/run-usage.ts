/**
 * What each run has used of its budgets, and what each open effect has sent so far. Budgets of a run are kept here,
 * beside the gate, because only the gate sees every call.
 */
import { type Refused, refused } from '../../contract/outcome.ts'
import type { CallContext } from '../ports.ts'

interface Usage {
  calls: number
  bytesOut: number
}

/** A tool that is refused over and over fills no log: after this many lines a call, only the count goes on. */
const REFUSALS_LOGGED = 100

export interface RunUsage {
  /** A tool's function is called. */
  countCall(context: Pick<CallContext, 'run' | 'perimeter'>): Refused | null
  countBytes(context: CallContext, bytes: number): Refused | null
  /** What `countBytes` would say; nothing is counted. */
  lacksBytes(context: Pick<CallContext, 'run' | 'perimeter'>, bytes: number): Refused | null
  /** What has left already: it counts also where it is too much. */
  countSent(context: Pick<CallContext, 'run' | 'perimeter'>, bytes: number): Refused | null
  mayLogRefusal(callId: string): boolean
  noteProgress(callId: string, intent: number, text: string): void
  endProgress(callId: string, intent: number): void
  /** Effects under way, each in words, for the receipt. */
  underWay(): string[]
  endCall(callId: string): number
  endRun(runId: string): void
}

export function createRunUsage(): RunUsage {
  const runs = new Map<string, Usage>()
  const refusals = new Map<string, number>()
  const progress = new Map<string, string>()

  const of = (runId: string): Usage => {
    const usage = runs.get(runId) ?? { calls: 0, bytesOut: 0 }
    runs.set(runId, usage)
    return usage
  }
  const over = (what: string, limit: string) =>
    refused(
      'budget',
      `This run has used its budget of ${what} (${limit}). Give the agent a larger one, or start a new run.`,
    )

  const lacksBytes: RunUsage['lacksBytes'] = ({ run, perimeter }, bytes) => {
    if (!run || bytes === 0 || of(run.id).bytesOut + bytes <= perimeter.budgets.bytesOut) return null
    return over('bytes sent out', `${perimeter.budgets.bytesOut} bytes`)
  }

  return {
    lacksBytes,
    countCall({ run, perimeter }) {
      if (!run) return null
      const usage = of(run.id)
      if (usage.calls >= perimeter.budgets.calls) return over('tool calls', String(perimeter.budgets.calls))
      usage.calls += 1
      return null
    },
    countBytes(context, bytes) {
      const lacks = lacksBytes(context, bytes)
      if (!lacks && context.run) of(context.run.id).bytesOut += bytes
      return lacks
    },
    countSent({ run, perimeter }, bytes) {
      if (!run) return null
      const usage = of(run.id)
      usage.bytesOut += bytes
      return usage.bytesOut > perimeter.budgets.bytesOut
        ? over('bytes sent out', `${perimeter.budgets.bytesOut} bytes`)
        : null
    },
    mayLogRefusal(callId) {
      const count = (refusals.get(callId) ?? 0) + 1
      refusals.set(callId, count)
      return callId === '' || count <= REFUSALS_LOGGED
    },
    noteProgress(callId, intent, text) {
      progress.set(`${callId}:${intent}`, text)
    },
    endProgress(callId, intent) {
      if (progress.size > 0) progress.delete(`${callId}:${intent}`)
    },
    underWay: () => [...progress.values()],
    endCall(callId) {
      const count = refusals.get(callId)
      if (count === undefined) return 0
      refusals.delete(callId)
      return Math.max(0, count - REFUSALS_LOGGED)
    },
    endRun(runId) {
      runs.delete(runId)
    },
  }
}
