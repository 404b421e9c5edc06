import type { RunState } from '../../contract/agent.ts'
import type { MarkKind } from '../design/mark.tsx'

/** A run's state as a person reads it. */
export const RUN_WORDS: Record<RunState, { word: string; mark: MarkKind | null; over: boolean }> = {
  running: { word: 'Working', mark: 'allow', over: false },
  asking: { word: 'Waits for you', mark: 'ask', over: false },
  paused: { word: 'Paused', mark: null, over: false },
  done: { word: 'Done', mark: null, over: true },
  failed: { word: 'Failed', mark: 'deny', over: true },
  cancelled: { word: 'Cancelled', mark: null, over: true },
  stopped: { word: 'Stopped', mark: 'stop', over: true },
  interrupted: { word: 'Interrupted', mark: 'deny', over: true },
}
