/** The agents that a person made. Every change is written down with who made it; the list is told to the pages. */
import {
  Agent,
  type AgentInput,
  AgentInput as AgentInputSchema,
  type ExposureLine,
} from '../../contract/agent.ts'
import type { EventName, EventPayload } from '../../contract/broker-api.ts'
import type { Grant } from '../../contract/grant.ts'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { PolicyStatus } from '../../contract/policy.ts'
import type { Json, PrincipalRef } from '../../contract/words.ts'
import type { ActivityLog, AgentBook, Clock, DocumentStore, StopSwitch } from '../ports.ts'
import { dayOf, describeChange } from './describe-change.ts'
import { describeExposure } from './describe-exposure.ts'

const KIND = 'agents'

export type Emit = <E extends EventName>(name: E, payload: EventPayload<E>) => void
export interface AgentBookOptions {
  store: DocumentStore
  log: Pick<ActivityLog, 'append'>
  stop: Pick<StopSwitch, 'state' | 'onChange'>
  clock: Clock
  newId(kind: string): string
  emit: Emit
}
export interface OpenAgentBook extends AgentBook {
  /** Of all agents; the same array until one of them changes. */
  perimeters(): readonly Perimeter[]
  /** Throws a ZodError for input that a door should have refused. `by`: "you, in the app". */
  create(input: AgentInput, by: string): Outcome<Agent>
  update(id: string, input: AgentInput, by: string): Outcome<Agent>
  delete(id: string, by: string): Outcome<true>
  /** No effect until a person thaws it. `why` is shown. */
  freeze(id: string, why: string): Outcome<Agent>
  thaw(id: string, by: string): Outcome<Agent>
  /** What it can reach now, at most, and what was last changed. `grants` may be everybody's. */
  exposure(
    id: string,
    grants: Grant[],
    policy: PolicyStatus,
  ): Outcome<{ lines: ExposureLine[]; lastChange: string }>
  /** The product's own agent under a fixed id, made or brought back to `input`. */
  ensure(id: string, input: AgentInput): Outcome<Agent>
}

/** What a person set on it: to be given back with a change in it, nothing forgotten. */
export function inputOf({ name, model, instructions, perimeter, reviewOutside }: Agent): AgentInput {
  return { name, model, instructions, perimeter, reviewOutside }
}

export function openAgentBook(options: AgentBookOptions): OpenAgentBook {
  const { store, log, stop, clock, emit } = options
  const agents = load(store)
  let perimeters: readonly Perimeter[] | null = null

  const withPause = (agent: Agent): Agent => ({
    ...agent,
    paused: stop.state().pausedAgents.includes(agent.id),
  })
  const list = () => [...agents.values()].map(withPause).sort((a, b) => a.createdAt - b.createdAt)
  const tell = () => emit('agents', { agents: list() })
  const get = (id: string) => {
    const agent = agents.get(id)
    return agent ? withPause(agent) : null
  }
  const record = (agent: Agent, subject: string, by: string): Outcome<true> => {
    const details = { by, perimeter: asJson(agent.perimeter), model: asJson(agent.model) }
    try {
      log.append({
        kind: 'agent',
        subject: `${subject} ${agent.name}`,
        principal: principalOf(agent),
        details,
      })
      return ok(true)
    } catch {
      return refused(
        'unavailable',
        'The activity log can’t be written, so nothing is changed. Free some disk space, then try again.',
      )
    }
  }
  const keep = (agent: Agent, subject: string, by: string): Outcome<Agent> => {
    const recorded = record(agent, subject, by)
    if (recorded.kind !== 'ok') return recorded
    store.put(KIND, agent.id, agent)
    agents.set(agent.id, agent)
    perimeters = null
    tell()
    return ok(withPause(agent))
  }
  const change = (id: string, subject: string, by: string, edit: (agent: Agent) => Agent): Outcome<Agent> => {
    const agent = agents.get(id)
    if (!agent) return noAgent(id)
    const after = edit(agent)
    return after === agent ? ok(withPause(agent)) : keep(after, subject, by)
  }
  const add = (id: string, input: AgentInput, by: string): Outcome<Agent> => {
    const at = clock()
    const lastChange = `Made on ${dayOf(at)}.`
    const fresh = { id, createdAt: at, changedAt: at, lastChange, paused: false, frozen: '' }
    return keep({ ...AgentInputSchema.parse(input), ...fresh }, 'Made the agent', by)
  }
  const edited = (agent: Agent, input: AgentInput): Agent => {
    const after = AgentInputSchema.parse(input)
    const lastChange = describeChange(agent, after, clock())
    return lastChange === '' ? agent : { ...agent, ...after, changedAt: clock(), lastChange }
  }

  stop.onChange(tell)
  return {
    list,
    get,
    perimeters() {
      perimeters ??= [...agents.values()].map(({ perimeter }) => perimeter)
      return perimeters
    },
    create: (input, by) => add(options.newId('agent'), input, by),
    update: (id, input, by) => change(id, 'Changed the agent', by, (agent) => edited(agent, input)),
    delete(id, by) {
      const agent = agents.get(id)
      if (!agent) return noAgent(id)
      const recorded = record(agent, 'Deleted the agent', by)
      if (recorded.kind !== 'ok') return recorded
      store.delete(KIND, id)
      agents.delete(id)
      perimeters = null
      tell()
      return ok(true)
    },
    freeze: (id, why) =>
      change(id, 'Froze the agent', 'Sallyport', (agent) => ({ ...agent, frozen: why.slice(0, 300) })),
    thaw: (id, by) => change(id, 'Thawed the agent', by, (agent) => ({ ...agent, frozen: '' })),
    exposure(id, grants, policy) {
      const agent = get(id)
      if (!agent) return noAgent(id)
      const lines = describeExposure(agent, grants, policy, clock())
      return ok({ lines, lastChange: agent.lastChange })
    },
    ensure: (id, input) =>
      agents.has(id)
        ? change(id, 'Reset the agent', 'Sallyport', (agent) => edited(agent, input))
        : add(id, input, 'Sallyport'),
  }
}

function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}

function principalOf({ id, name }: Agent): PrincipalRef {
  return { id, kind: 'agent', name }
}

/** A document that no longer parses is left where it is and not used: it may be a newer version's. */
function load(store: DocumentStore): Map<string, Agent> {
  const agents = new Map<string, Agent>()
  for (const { id, value } of store.list(KIND)) {
    const parsed = Agent.safeParse(value)
    if (parsed.success) agents.set(id, parsed.data)
  }
  return agents
}

function noAgent(id: string): Outcome<never> {
  return failed('not-found', `There is no agent ${id}. It may have been deleted.`)
}
