/** The agents of the person and their runs, put together. */
import path from 'node:path'
import type { ExposureLine } from '../../contract/agent.ts'
import { failed, type Outcome, ok } from '../../contract/outcome.ts'
import type {
  ActivityLog,
  Catalog,
  Clock,
  DocumentStore,
  Gate,
  GrantBook,
  ModelRoom,
  OriginTracker,
  PolicyBook,
  StopSwitch,
} from '../ports.ts'
import { createRuns, type Runs } from './create-runs.ts'
import { describeExposure } from './describe-exposure.ts'
import { type Emit, type OpenAgentBook, openAgentBook } from './open-agent-book.ts'

export interface AgentRoomsOptions {
  store: DocumentStore
  clock: Clock
  newId(kind: string): string
  gate: Pick<Gate, 'passToolCall'> & { usage?: { endRun(runId: string): void } }
  catalog: Catalog
  models: ModelRoom
  origins: OriginTracker
  stop: StopSwitch
  grants: Pick<GrantBook, 'list' | 'endRun'>
  policy: Pick<PolicyBook, 'status'>
  log: Pick<ActivityLog, 'append'>
  undo: { count(runId: string): number }
  emit: Emit
  /** The person's home: the tour's folder lies there unless it is told another. */
  home: string
  onFault?(error: unknown): void
}
export interface AgentRooms {
  book: OpenAgentBook
  runs: Runs
  /** What an agent can reach now, at most, and what was last changed. */
  exposure(agentId: string): Outcome<{ lines: ExposureLine[]; lastChange: string }>
  /** Deletes an agent after ending its runs. */
  remove(agentId: string, caller: string): Outcome<true>
  close(): Promise<void>
}

export function openAgentRooms(options: AgentRoomsOptions): AgentRooms {
  const { gate, grants, origins, policy, clock, undo, home } = options
  const book = openAgentBook(options)
  const runs = createRuns({
    ...options,
    agents: book,
    tourFolder: path.join(home, 'Sallyport tour'),
    undoable: undo.count,
    onFault: options.onFault ?? (() => {}),
    onEnd(runId) {
      grants.endRun(runId)
      gate.usage?.endRun(runId)
      origins.end(runId)
    },
  })
  return {
    book,
    runs,
    exposure(agentId) {
      const agent = book.get(agentId)
      if (!agent) return failed('not-found', 'There is no such agent. It may have been deleted.')
      const lines = describeExposure(agent, grants.list(), policy.status(), clock())
      return ok({ lines, lastChange: agent.lastChange })
    },
    remove(agentId, caller) {
      runs.cancelAgent(agentId, caller)
      return book.delete(agentId, caller)
    },
    async close() {
      runs.close()
    },
  }
}
