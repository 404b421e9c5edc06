/** Ends the parts that run things, each within its own time, and adds up what they say to a receipt. */
import { randomUUID } from 'node:crypto'
import { STOP_LIMITS, type StopReceipt } from '../../contract/stop.ts'
import type { Stoppable } from '../ports.ts'

type Ended = Awaited<ReturnType<Stoppable['end']>>

/** What one part ended; when it throws or takes too long, a sentence in place of numbers. */
export async function endPart(part: Stoppable, scope: string): Promise<Ended> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<Ended>((resolve) => {
    timer = setTimeout(
      () => resolve({ alreadyLeft: [`${part.name} did not end within ${STOP_LIMITS.partMs} ms.`] }),
      STOP_LIMITS.partMs,
    )
  })
  try {
    return await Promise.race([part.end(scope), limit])
  } catch (error) {
    return {
      alreadyLeft: [
        `${part.name} could not be ended: ${error instanceof Error ? error.message : String(error)}`,
      ],
    }
  } finally {
    clearTimeout(timer)
  }
}

export function makeReceipt(
  head: Pick<StopReceipt, 'at' | 'by' | 'scope' | 'drill' | 'ms'>,
  ended: Ended[],
  faults: string[],
): StopReceipt {
  const sum = (name: 'isolates' | 'processes' | 'sockets' | 'runs' | 'questions' | 'credentials') =>
    ended.reduce((total, part) => total + (part[name] ?? 0), 0)
  const left = ended.flatMap((part) => part.alreadyLeft ?? [])
  const unsaved = faults.map((fault) => `The stop could not be saved and holds until the app ends: ${fault}`)
  return {
    ...head,
    id: `stop_${randomUUID()}`,
    by: head.by.slice(0, 120),
    isolates: sum('isolates'),
    processes: sum('processes'),
    sockets: sum('sockets'),
    runs: sum('runs'),
    questions: sum('questions'),
    credentials: sum('credentials'),
    alreadyLeft: [...unsaved, ...left].slice(0, 200).map((text) => text.slice(0, 400)),
    survivors: [...new Set(ended.flatMap((part) => part.survivors ?? []))],
  }
}

/** Nothing ran, and there is nothing that a person must know. */
export function endedNothing(receipt: StopReceipt): boolean {
  const { isolates, processes, sockets, runs, questions, credentials, alreadyLeft, survivors } = receipt
  const ended = isolates + processes + sockets + runs + questions + credentials
  return ended === 0 && alreadyLeft.length === 0 && survivors.length === 0
}

/** `1 run, 3 tools, 2 processes`; "nothing was running". */
export function endedWords(receipt: StopReceipt): string {
  const counts: [number, string, string?][] = [
    [receipt.runs, 'run'],
    [receipt.isolates, 'tool'],
    [receipt.processes, 'process', 'processes'],
    [receipt.sockets, 'connection'],
    [receipt.questions, 'open question'],
    [receipt.credentials, 'credential in use', 'credentials in use'],
  ]
  const words = counts.flatMap(([count, one, more = `${one}s`]) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : more}`],
  )
  return words.length === 0 ? 'nothing was running' : words.join(', ')
}

export function sentenceOf(receipt: StopReceipt): string {
  const what = receipt.drill ? 'Drill: stopped' : 'Stopped'
  const who = receipt.scope === 'all' ? 'everything' : 'one agent'
  const rest = receipt.survivors.length === 0 ? '' : `; ${receipt.survivors.length} would not end`
  return `${what} ${who} in ${Math.round(receipt.ms)} ms: ${endedWords(receipt)}${rest}`
}
