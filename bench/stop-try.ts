/** One try of Stop: what it came to, from the request to the last process, and what was seen afterwards. */
import { setTimeout as sleep } from 'node:timers/promises'
import { hasEnded, type ProcessTable, readProcess } from '../broker/stop/process-table.ts'
import type { StopCase } from './stop-cases.ts'
import { commandOf, type Filled, type Scene } from './stop-scene.ts'
import { traceTry } from './stop-trace.ts'

export interface Try {
  lastEffectMs: number
  lastProcessMs: number
  processes: number
  survivors: number
  lateEffects: number
  receiptMs: number
  /** With filling the scene. */
  wholeMs: number
  /** Of what should not have been: who survived, what came late. */
  faults: string[]
}
export interface Measured {
  result: Try
  /** The broker that ends with it. */
  ends: number | undefined
  /** Counts what came late. Once. */
  lookAgain(): Promise<void>
}

/** After so long a process counts as a survivor. */
const GONE_MS = 5_000
/** Between two looks for the last process: looking takes the processor from those that are to end. */
const LOOK_MS = 3

/** @param began with filling it */
export async function measureTry(
  scene: Scene,
  each: StopCase,
  filled: Filled,
  began: number,
): Promise<Measured> {
  const facts = readProcess(filled.broker)
  const own = new Map(filled.own)
  if (facts) own.set(filled.broker, facts)
  await each.prepare?.(scene, filled)
  const [start, startMs] = [performance.now(), Date.now()]
  const trace = process.argv.includes('--trace') ? traceTry(startMs, filled.shell, filled.broker) : null
  const acted = each.act(scene, filled)
  const { at, left } = await untilGone(filled.below)
  const last = filled.lastEffect()
  const receiptMs = await acted
  await each.tidy?.(scene, filled)
  if (trace) process.stderr.write(`${trace.end(filled.effects())}\n`)
  const result: Try = {
    lastEffectMs: Math.max(0, last - startMs),
    lastProcessMs: at - start,
    processes: filled.below.size,
    survivors: left.length,
    lateEffects: 0,
    receiptMs: receiptMs ?? 0,
    wholeMs: performance.now() - began,
    faults: left,
  }
  return {
    result,
    ends: each.endsBroker ? filled.broker : undefined,
    async lookAgain() {
      // A broker whose shell is gone leaves by itself, and takes its time to close the record.
      if (each.endsBroker) {
        const more = (await untilGone(own)).left
        result.survivors += more.length
        result.faults.push(...more)
      }
      const late = filled.effects().filter((effect) => effect.at > last)
      if (late.length > 0) result.lateEffects++
      result.faults.push(
        ...late.map(({ what, at: when }) => `${what} after ${Math.round(when - startMs)} ms`),
      )
      filled.clear()
    },
  }
}

/** When nobody was left, and who was, in words. One that is still there is enough of a look. */
export async function untilGone(processes: ProcessTable): Promise<{ at: number; left: string[] }> {
  const until = performance.now() + GONE_MS
  const left = [...processes]
  for (;;) {
    while (left.length > 0 && hasEnded(...(left.at(-1) as (typeof left)[number]))) left.pop()
    const at = performance.now()
    if (left.length === 0) return { at, left: [] }
    if (at > until) {
      const survivors = left.filter(([pid, facts]) => !hasEnded(pid, facts))
      const words = survivors.map(
        ([pid]) => `${readProcess(pid)?.state} ${commandOf(pid).replaceAll('\0', ' ').slice(0, 200)}`,
      )
      for (const [pid] of survivors) process.kill(pid, 'SIGKILL')
      return { at, left: words }
    }
    await sleep(LOOK_MS)
  }
}
