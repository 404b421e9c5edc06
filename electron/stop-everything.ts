/**
 * Stop, from the shell's side. The stop file closes the gate, also of a broker that has no ear for a message; what runs
 * is held still in one write, where the system allows that; then the broker is asked, which ends it and counts. When no receipt comes in time it is not asked again: the
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
  /** Holds all isolates and contained programs still, synchronously. */
  holdLanes: () => void
  /** Ends all of them, synchronously; how many. */
  endLanes: () => number
  killBroker: () => Promise<KillReport>
  startBroker: () => void
  /** Writes it for every process to see, without waiting for the disk. False when one was there already. Throws when it can't. */
  noteStop: (content: StopFile) => boolean
  /** On the disk. False when one was there already; `replace` writes over the one just written. Throws when it can't. */
  writeStopFile: (content: StopFile, replace?: boolean) => boolean
  /** Told when the broker had to be killed, for the person and the record. */
  onForced: (receipt: StopReceipt) => void
  /** Epoch milliseconds. */
  now: () => number
  answerMs?: number
  lanesMs?: number
}): StopEverything {
  let forcing: Promise<CallAnswer> | null = null
  let last: { answer: CallAnswer; at: number } | null = null

  async function force(start: number, at: number, noted: boolean, gone: number): Promise<CallAnswer> {
    const content = stopFile(at, BY, false)
    const written = attempt(() => parts.writeStopFile(content, noted))
    const report = await parts.killBroker()
    const receipt = makeReceipt(
      at,
      performance.now() - start,
      { ...report, killed: report.killed + gone },
      written.fault,
    )
    if (written.value) attempt(() => parts.writeStopFile({ ...content, receipt }, true))
    parts.onForced(receipt)
    parts.startBroker()
    last = { answer: { ok: true, value: receipt }, at: performance.now() }
    return last.answer
  }
  return async ({ surface, params }) => {
    const start = performance.now()
    const at = parts.now()
    const { all, drill } = readParams(params)
    const noted = all && attempt(() => parts.noteStop(stopFile(at, WORDS[surface], drill))).value === true
    if (all) parts.holdLanes()
    let gone = 0
    const link = parts.link()
    if (link && !forcing) {
      // A broker that hangs is given time to come back; what it runs, and can no longer have an effect, is not.
      const ending = setTimeout(() => {
        if (all) gone = parts.endLanes()
      }, parts.lanesMs ?? STOP_LIMITS.lanesMs)
      const answer = await withinMs(
        link.call('stop.now', params, surface),
        parts.answerMs ?? STOP_LIMITS.answerMs,
      )
      clearTimeout(ending)
      // A broker that answers is heard, even with a refusal; one that went away in the middle is finished off.
      if (answer && (answer.ok || answer.fault.code !== 'unavailable')) return answer
    }
    // Pressed again and again: what was forced since this press has done its work too.
    if (last && last.at >= start) return last.answer
    forcing ??= force(start, at, noted, gone).finally(() => {
      forcing = null
    })
    return forcing
  }
}

/** What is asked for one agent leaves the others alone: that is the broker's to sort out. */
function readParams(params: unknown): { all: boolean; drill: boolean } {
  const { agentId, drill } = (params ?? {}) as { agentId?: unknown; drill?: unknown }
  return { all: agentId === undefined, drill: drill === true }
}

const stopFile = (at: number, by: string, drill: boolean): StopFile => ({
  ...{ version: 1, at, by, writer: 'shell', drill, receipt: null },
})
const WORDS = {
  page: 'you, in the app',
  consent: 'you, in the consent window',
  shell: 'you, at the desktop',
} as const
const BY = WORDS.shell

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
      'The gate did not answer in time and was ended with everything behind it. What it had begun stands in the record as interrupted.',
      ...(unwritten
        ? [`The stop could not be written down (${unwritten}): press Stop again when the gate is open again.`]
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
