/**
 * Everything at once, before each lane ends its own. First all are held still, in one write: nothing that runs in them
 * has an effect from then on, and the processor is free for what closes connections and the gate; ending a process is
 * work, and that of two hundred would hold that up. Then one signal ends them all. What the lanes find after that is
 * dying already; this counts it, so that the receipt counts nobody twice.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stoppable } from '../ports.ts'
import type { LaneGroup } from './lane-group.ts'

const GONE_MS = 950
const LOOK_MS = 5

export interface LaneStop {
  /** To be registered before everything else. */
  hold: Stoppable
  /** To be registered after what closes connections, and before the lanes. */
  end: Stoppable
  isCounted(pid: number): boolean
  /** After a stop: whoever pressed last may have held still what had been ended already, and then gone away. */
  resumed(): void
}

export function createLaneStop(group: LaneGroup): LaneStop {
  let counted: ReadonlySet<number> = new Set()
  return {
    isCounted: (pid) => counted.has(pid),
    resumed: () => group.freeze(false),
    hold: {
      name: 'lanes held still',
      atExit: true,
      async end(scope) {
        if (scope === 'all') group.freeze(true)
        return {}
      },
    },
    end: {
      name: 'all lanes at once',
      atExit: true,
      end: (scope) => (scope === 'all' ? endAll() : Promise.resolve({})),
    },
  }

  async function endAll() {
    const there = group.members()
    group.kill()
    counted = new Set(there)
    const until = performance.now() + GONE_MS
    let left = there
    while (left.length > 0 && performance.now() < until) {
      await sleep(LOOK_MS)
      // Whoever is new was started after the stop was lifted again.
      left = group.members().filter((pid) => counted.has(pid))
    }
    return { processes: there.length - left.length, survivors: left }
  }
}
