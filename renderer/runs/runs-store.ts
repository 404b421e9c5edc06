import { createStore, type StoreApi } from 'zustand'
import type { RunSummary } from '../../contract/agent.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'

export interface RunsState {
  /** Newest first; null until the first list has come. */
  runs: RunSummary[] | null
  fault: string
  follow: () => () => void
}

const MOST_RUNS = 500

export function createRunsStore(bridge: PageBridge): StoreApi<RunsState> {
  return createStore<RunsState>((set, get) => ({
    runs: null,
    fault: '',
    follow: () => {
      let alive = true
      // Runs come one at a time: what was told meanwhile is laid over the list that was asked for.
      const told = new Map<string, RunSummary>()
      const off = bridge.on('run', (run) => {
        told.set(run.id, run)
        const runs = get().runs
        if (runs) set({ runs: placeRun(runs, run) })
      })
      bridge.call('runs.list', { limit: 200 }).then(
        ({ runs }) => alive && set({ runs: [...told.values()].reduce(placeRun, runs), fault: '' }),
        (error: unknown) => alive && set({ fault: readFault(error).text }),
      )
      return () => {
        alive = false
        off()
      }
    },
  }))
}

/** Replaces the run, or adds it where it belongs: newest first. */
export function placeRun(runs: RunSummary[], run: RunSummary): RunSummary[] {
  const at = runs.findIndex(({ id }) => id === run.id)
  if (at >= 0) return runs.with(at, run)
  const before = runs.findIndex(({ startedAt }) => startedAt <= run.startedAt)
  const next = before < 0 ? [...runs, run] : runs.toSpliced(before, 0, run)
  return next.slice(0, MOST_RUNS)
}
