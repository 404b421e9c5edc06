/**
 * Runs: started, shown, ended. Several go on at once, each with its own signal and budget. On Stop, all that belong to
 * the scope are ended here at once, without waiting for model, tool or question to notice.
 */
import type { Agent, RunState, RunSummary, RunView } from '../../contract/agent.ts'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { ActivityLog, DocumentStore, LeakScanner, StopSwitch } from '../ports.ts'
import { tourTemplate } from './agent-template.ts'
import { type ActiveRun, beginRun } from './begin-run.ts'
import type { Emit, OpenAgentBook } from './open-agent-book.ts'
import { openRunStore } from './open-run-store.ts'
import type { RunParts } from './run-agent.ts'

export interface RunsOptions extends RunParts {
  agents: OpenAgentBook
  store: DocumentStore
  log: Pick<ActivityLog, 'append'>
  leaks: RunParts['leaks'] & Pick<LeakScanner, 'brief'>
  emit: Emit
  /** How many runs are under way, at each change. */
  onActive?: (count: number) => void
  /** Of a tour that names no other. */
  tourFolder: string
  /** Told once when a run has ended: its grants and what the gate counted for it are let go. */
  onEnd(runId: string): void
  /** Changes of a run that can be put back. */
  undoable(runId: string): number
}
export interface Runs {
  /** `caller`: "you, in the app". Answers when the run has begun, not when it has ended. */
  start(wish: { agentId: string; prompt: string; caller: string }): Outcome<RunSummary>
  /** Starts the guided tour: makes its agent and sample folder when they are missing. */
  tour(wish: { folder?: string; caller: string }): Promise<Outcome<RunSummary>>
  /** Newest first. */
  list(query: { agentId?: string; limit: number }): RunSummary[]
  get(id: string): RunView | null
  /** Ends it with a sentence; nothing when it has ended already. */
  cancel(id: string, caller: string): Outcome<true>
  /** Ends all runs of an agent, before it is deleted. */
  cancelAgent(agentId: string, caller: string): void
  /** Runs under way. */
  active(): number
  /** Resolves with the summary when the run has ended; null for a run that is not known. */
  whenEnded(id: string): Promise<RunSummary | null>
  /** The broker goes: what is under way reads as interrupted. */
  close(): void
}

const TOUR_AGENT = 'agent_tour'
/** Of one agent at once; a page that starts runs in a loop ends here. */
const MOST_ACTIVE = 20

export function createRuns(options: RunsOptions): Runs {
  const { agents, stop, log } = options
  const runs = openRunStore(options)
  const active = new Map<string, ActiveRun>()
  const ofAgent = (agentId: string) => [...active.values()].filter((run) => run.agentId === agentId)

  function start({ agentId, prompt, caller }: Parameters<Runs['start']>[0]): Outcome<RunSummary> {
    const agent = agents.get(agentId)
    if (!agent) return failed('not-found', 'There is no such agent. It may have been deleted.')
    const refusal = mayStart(agent, ofAgent(agentId).length, stop)
    if (refusal) return refusal
    const title = titleOf(options.leaks.brief(prompt.trim().slice(0, FIRST_LINE)).redacted)
    const tour = agent.model.provider === 'tour'
    const record = runs.begin({ agentId, agentName: agent.name, title, tour })
    const principal = { id: agent.id, kind: 'agent' as const, name: agent.name }
    const ref = { id: record.id, title }
    try {
      log.append({
        kind: 'run.start',
        subject: `Start “${title}”`,
        principal,
        run: ref,
        details: { by: caller, model: agent.model.model },
      })
    } catch (error) {
      options.onFault(error)
      const words =
        'The activity log can’t be written, so no run starts. Free some disk space, then try again.'
      record.end('failed', words)
      return refused('unavailable', words)
    }
    const run = beginRun(options, {
      agent,
      prompt,
      record,
      principal,
      ref,
      onGone() {
        active.delete(record.id)
        options.onActive?.(active.size)
      },
    })
    if (!record.ended()) active.set(record.id, run)
    options.onActive?.(active.size)
    return ok(record.summary())
  }

  const endAll = (list: ActiveRun[], state: RunState, words: string) => {
    for (const run of list) run.end(state, words)
    return list.length
  }
  stop.register({
    name: 'runs',
    end: async (scope) => ({
      runs: endAll(scope === 'all' ? [...active.values()] : ofAgent(scope), 'stopped', 'Stop was pressed.'),
    }),
  })

  return {
    start,
    async tour({ folder = options.tourFolder, caller }) {
      const made = await options.models.tourFolder(folder)
      if (made.kind !== 'ok') return made
      const agent = agents.ensure(TOUR_AGENT, tourTemplate(made.value.folder, made.value.summaryFile))
      if (agent.kind !== 'ok') return agent
      // The person's words name both places: what they name may be written without another question.
      const prompt = `Tidy the sample folder ${made.value.folder} and write what happened to ${made.value.summaryFile}`
      return start({ agentId: TOUR_AGENT, prompt, caller })
    },
    list: (query) => runs.list(query),
    get: (id) => runs.get(id),
    cancel(id, caller) {
      active.get(id)?.end('cancelled', `Cancelled by ${caller}.`)
      return runs.get(id) ? ok(true) : failed('not-found', 'There is no such run.')
    },
    cancelAgent: (agentId, caller) => void endAll(ofAgent(agentId), 'cancelled', `Cancelled by ${caller}.`),
    active: () => active.size,
    async whenEnded(id) {
      await active.get(id)?.ended
      const view = runs.get(id)
      if (!view) return null
      const { items: _, ...summary } = view
      return summary
    },
    close: () =>
      void endAll([...active.values()], 'interrupted', 'Sallyport was closed while this run was under way.'),
  }
}

function mayStart(agent: Agent, running: number, stop: StopSwitch): Outcome<never> | null {
  const blocked = stop.blocks(agent.id)
  if (blocked && blocked.code !== 'paused') return blocked
  if (agent.frozen !== '')
    return refused('stopped', `${agent.name} is frozen: ${agent.frozen} A person can thaw it on its page.`)
  if (running >= MOST_ACTIVE)
    return refused(
      'budget',
      `${agent.name} has ${running} runs under way. Wait for one to end, or cancel one.`,
    )
  return null
}

const TITLE = 200
/** Characters of a prompt in which its title is looked for. */
const FIRST_LINE = 4_000

/** The first line. Lists show as much of it as they have room for; a question shows it as the task. */
function titleOf(prompt: string): string {
  const line = prompt.split('\n')[0]?.trim() ?? ''
  return line.length <= TITLE ? line || 'A run' : `${line.slice(0, TITLE - 1)}…`
}
