/** Tries of Stop one after the other. Each is told of when it has been looked at again: as the next one begins. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CASES, type StopCase } from './stop-cases.ts'
import type { Crowd } from './stop-crowd.ts'
import { type Filled, openScene } from './stop-scene.ts'
import { type Measured, measureTry, type Try } from './stop-try.ts'

export interface StopTries {
  /**
   * @param programs fewer than the crowd's
   * @throws when scenes can't be filled, again and again
   */
  one(name: string, programs?: number): Promise<void>
  /** Scenes that could not be filled, and were no try. */
  unfilled(): number
  /** Tells of the last one, too. */
  close(): Promise<void>
}

/** So long after the last try it is looked at again. */
const LATE_MS = 150
/** In a row: more is a fault of its own. */
const MOST_UNFILLED = 5

export async function openTries(
  crowd: Crowd,
  onDone: (name: string, result: Try) => void,
): Promise<StopTries> {
  let scene = await openScene(crowd)
  let before: (Measured & { name: string }) | null = null
  let unfilled = 0

  async function lookAgain(): Promise<void> {
    const last = before
    before = null
    await last?.lookAgain()
    if (last) onDone(last.name, last.result)
  }
  /** Nothing was stopped yet when it fails, so it is no try; a thousand others need not end with it. */
  async function fill({ uploadKb }: StopCase, programs?: number): Promise<Filled> {
    for (let failed = 1; ; failed++) {
      try {
        return await scene.fill({ uploadKb, programs, after: before?.ends })
      } catch (error) {
        unfilled++
        process.stderr.write(`Not filled: ${error instanceof Error ? error.message : String(error)}\n`)
        await lookAgain()
        if (failed === MOST_UNFILLED) throw error
        await scene.close()
        scene = await openScene(crowd)
      }
    }
  }
  return {
    unfilled: () => unfilled,
    async one(name, programs) {
      const each = CASES[name] as StopCase
      const began = performance.now()
      const filled = await fill(each, programs)
      await lookAgain()
      before = { name, ...(await measureTry(scene, each, filled, began)) }
    },
    async close() {
      try {
        await sleep(LATE_MS)
        await lookAgain()
      } finally {
        await scene.close()
      }
    },
  }
}
