/**
 * Stop, from the shell's side. The broker is asked first; when no receipt comes in time it is not asked again: the
 * stop file is written, the broker's whole tree is killed, and a fresh broker comes up stopped. So a button in a window,
 * the tray or the keyboard works while the broker hangs, and does not depend on what it stops.
 */
import { randomUUID } from 'node:crypto'
import type { CallAnswer, DoorLink } from '../contract/door-link.ts'
import { STOP_LIMITS, type StopFile, type StopReceipt } from '../contract/stop.ts'
import type { KillReport } from './kill-tree.ts'

export interface StopRequest {
  surface: 'page' | 'consent' | 'shell'
  /** As the caller sent them: `agentId` stops one agent, `drill` marks an exercise. */
  params: unknown
}
export type StopEverything = (request: StopRequest) => Promise<CallAnswer>

export function createStopEverything(parts: {
  link: () => DoorLink | null
  killBroker: () => Promise<KillReport>
  startBroker: () => void
  /** False when one was there already; `replace` adds the receipt to the one just written. Throws when it can't. */
  writeStopFile: (content: StopFile, replace?: boolean) => boolean
  /** Told when the broker had to be killed, for the person and the record. */
  onForced: (receipt: StopReceipt) => void
  /** Epoch milliseconds. */
  now: () => number
  answerMs?: number
}): StopEverything {
  let forcing: Promise<CallAnswer> | null = null
  let last: { answer: CallAnswer; at: number } | null = null

  async function force(start: number): Promise<CallAnswer> {
    const at = parts.now()
    const content: StopFile = { version: 1, at, by: BY, writer: 'shell', receipt: null }
    const written = attempt(() => parts.writeStopFile(content))
    const report = await parts.killBroker()
    const receipt = makeReceipt(at, performance.now() - start, report, written.fault)
    if (written.value) attempt(() => parts.writeStopFile({ ...content, receipt }, true))
    parts.onForced(receipt)
    parts.startBroker()
    last = { answer: { ok: true, value: receipt }, at: performance.now() }
    return last.answer
  }
  return async ({ surface, params }) => {
    const start = performance.now()
    const link = parts.link()
    if (link && !forcing) {
      const answer = await withinMs(
        link.call('stop.now', params, surface),
        parts.answerMs ?? STOP_LIMITS.answerMs,
      )
      // A broker that answers is heard, even with a refusal; one that went away in the middle is finished off.
      if (answer && (answer.ok || answer.fault.code !== 'unavailable')) return answer
    }
    // Pressed again and again: what was forced since this press has done its work too.
    if (last && last.at >= start) return last.answer
    forcing ??= force(start).finally(() => {
      forcing = null
    })
    return forcing
  }
}

const BY = 'you, at the desktop'

function makeReceipt(at: number, ms: number, report: KillReport, unwritten: string | null): StopReceipt {
  return {
    id: `stop_${randomUUID()}`,
    at,
    by: BY,
    scope: 'all',
    ms,
    isolates: 0,
    processes: report.killed,
    sockets: 0,
    runs: 0,
    questions: 0,
    credentials: 0,
    alreadyLeft: [
      'The broker did not answer in time and was ended with everything below it. What it had begun stands in the log as interrupted.',
      ...(unwritten
        ? [`The stop could not be written down (${unwritten}): press Stop again when the broker is back.`]
        : []),
    ],
    survivors: report.survivors,
    drill: false,
  }
}

function attempt<T>(work: () => T): { value: T | null; fault: string | null } {
  try {
    return { value: work(), fault: null }
  } catch (error) {
    return { value: null, fault: error instanceof Error ? error.message : String(error) }
  }
}

async function withinMs<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
