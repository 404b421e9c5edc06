/**
 * Tools that a person paused. What is asked for through one waits and loses nothing; a program that it already runs
 * goes on to its end. A pause is kept with the other documents, so it outlives the broker.
 */
import { z } from 'zod'
import type { PausedTool } from '../../contract/broker-api.ts'
import { refused } from '../../contract/outcome.ts'
import type { ActivityLog, Clock, DocumentStore, PausedTools } from '../ports.ts'

export interface ToolPauses extends PausedTools {
  list(): PausedTool[]
  /** On record. Nothing happens where it is so already. */
  set(tool: string, paused: boolean, by: string): void
  onChange(fn: (paused: PausedTool[]) => void): () => void
}

const KIND = 'paused-tools'
const Kept = z.object({ tool: z.string(), by: z.string(), at: z.number() })

export function createToolPauses(parts: {
  store: DocumentStore
  log: Pick<ActivityLog, 'append'>
  clock: Clock
}): ToolPauses {
  const { store, log, clock } = parts
  const listeners = new Set<(paused: PausedTool[]) => void>()
  const paused = new Map<string, PausedTool>()
  for (const { id, value } of store.list(KIND)) {
    const parsed = Kept.safeParse(value)
    // What can't be read any more still holds.
    paused.set(id, parsed.success ? parsed.data : { tool: id, by: '', at: 0 })
  }
  const list = () => [...paused.values()].sort((a, b) => b.at - a.at)

  return {
    list,
    blocks: (tool) =>
      paused.has(tool)
        ? refused(
            'paused',
            `The tool “${tool}” is paused. Resume it on the Tools page to go on.`,
            `The tool ${tool} is paused by the person. Nothing was done yet; it can go on when they resume it.`,
          )
        : null,
    whilePaused: (tool, signal) =>
      new Promise((resolve) => {
        if (!paused.has(tool) || signal.aborted) return resolve()
        const wake = () => {
          if (paused.has(tool) && !signal.aborted) return
          listeners.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        listeners.add(wake)
        signal.addEventListener('abort', wake)
      }),
    set(tool, on, by) {
      if (paused.has(tool) === on) return
      const entry = { tool, by, at: clock() }
      if (on) {
        // In force first: a disk that is full must not keep it from holding.
        paused.set(tool, entry)
        store.put(KIND, tool, entry)
      } else {
        store.delete(KIND, tool)
        paused.delete(tool)
      }
      for (const fn of listeners) fn(list())
      log.append({
        kind: 'pause',
        subject: `${on ? 'Pause' : 'Resume'} the tool ${tool}`,
        details: { by, tool },
      })
    },
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
  }
}
