/** One run on the screen: its items grow while a model talks, so changes are gathered and drawn once a frame. */
import { createStore, type StoreApi } from 'zustand'
import type { RunItem, RunSummary, RunView, UndoPreview } from '../../contract/agent.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'

export interface RunViewState {
  /** The run that is shown; null while it loads. */
  run: RunView | null
  undo: UndoPreview | null
  fault: string
  /** Shows one run and follows it until the returned function is called. */
  open: (runId: string, nextFrame?: (work: () => void) => void) => () => void
  loadUndo: (runId: string) => Promise<void>
}

export function createRunStore(bridge: PageBridge): StoreApi<RunViewState> {
  return createStore<RunViewState>((set, get) => ({
    run: null,
    undo: null,
    fault: '',
    open: (runId, nextFrame = requestAnimationFrame) => {
      let alive = true
      const waiting = new Map<string, RunItem>()
      let summary: RunSummary | null = null
      let planned = false
      const draw = () => {
        planned = false
        const { run } = get()
        if (!alive || !run) return
        set({ run: { ...run, ...summary, items: placeItems(run.items, waiting) } })
        waiting.clear()
        summary = null
      }
      const plan = () => {
        if (planned) return
        planned = true
        nextFrame(draw)
      }
      if (get().run?.id !== runId) set({ run: null, undo: null })
      set({ fault: '' })
      const offs = [
        bridge.on('runItem', (told) => {
          if (told.runId !== runId || !isItem(told.item)) return
          waiting.set(told.item.id, told.item)
          plan()
        }),
        bridge.on('run', (run) => {
          if (run.id !== runId) return
          summary = run
          plan()
        }),
      ]
      bridge.call('runs.get', { id: runId }).then(
        (run) => {
          if (!alive) return
          set({ run })
          plan()
        },
        (error: unknown) => alive && set({ fault: readFault(error).text }),
      )
      return () => {
        alive = false
        for (const off of offs) off()
      }
    },
    loadUndo: async (runId) => {
      try {
        set({ undo: await bridge.call('runs.undoPreview', { id: runId }) })
      } catch (error) {
        set({ fault: readFault(error).text })
      }
    },
  }))
}

/** Items with the same id are replaced in place, new ones follow in the order they came. */
export function placeItems(items: RunItem[], changes: ReadonlyMap<string, RunItem>): RunItem[] {
  if (changes.size === 0) return items
  const known = new Set(items.map(({ id }) => id))
  const added = [...changes.values()].filter(({ id }) => !known.has(id))
  return [...items.map((item) => changes.get(item.id) ?? item), ...added]
}

function isItem(value: unknown): value is RunItem {
  return typeof value === 'object' && value !== null && 'kind' in value && 'id' in value
}
