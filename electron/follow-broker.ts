/**
 * What the shell makes of the broker's events: passes them on to the windows, keeps the few facts that tray and windows
 * need, and obeys the settings that only a desktop can carry out. It decides nothing.
 */
import type { Agent } from '../contract/agent.ts'
import type { EventName, EventPayload, Status } from '../contract/broker-api.ts'
import { CHANNELS } from '../contract/channels.ts'
import type { DoorLink } from '../contract/door-link.ts'
import type { Settings } from '../contract/settings.ts'
import type { BrokerState } from '../contract/shell-ipc.ts'
import type { ConsentTurn } from './windows/consent-turn.ts'

/** The part of a page that events are sent to. */
export interface Audience {
  send(channel: string, message: unknown): void
}
export interface ShellFacts {
  broker: BrokerState
  status: Status | null
  agents: Agent[]
}

/** What each window hears; the shell itself hears all of it, and `desktop` besides. */
export const PAGE_EVENTS: readonly EventName[] = [
  'status',
  'run',
  'runItem',
  'questions',
  'activity',
  'grants',
  'agents',
  'secrets',
  'settings',
  'policy',
  'alert',
  'frozenTools',
  'pausedTools',
]
export const CONSENT_EVENTS: ReadonlySet<EventName> = new Set(['questions', 'status', 'settings'])
export const SHELL_EVENTS: readonly EventName[] = [...PAGE_EVENTS, 'desktop']

export interface BrokerFollower {
  onEvent(event: EventName, payload: unknown): void
  onState(state: BrokerState): void
  /** Asks for what no event has told yet. */
  onReady(link: DoorLink): Promise<void>
  facts(): ShellFacts
}

export function createBrokerFollower(parts: {
  main: () => Audience | null
  consent: () => Audience | null
  turn: ConsentTurn
  onFacts: (facts: ShellFacts) => void
  onSettings: (settings: Settings) => void
  onDesktop: (payload: unknown) => void
  /** A word that a person should hear although the window may be closed. */
  onAlert: (text: string) => void
}): BrokerFollower {
  const facts: ShellFacts = { broker: { state: 'starting', text: '' }, status: null, agents: [] }

  function take<E extends EventName>(event: E, payload: EventPayload<E>): void {
    if (event === 'status') facts.status = payload as Status
    else if (event === 'agents') facts.agents = (payload as EventPayload<'agents'>).agents
    else if (event === 'questions') parts.turn.questions((payload as EventPayload<'questions'>).questions)
    else if (event === 'settings') parts.onSettings((payload as EventPayload<'settings'>).settings)
    else if (event === 'alert') parts.onAlert((payload as EventPayload<'alert'>).text)
    else return
    parts.onFacts(facts)
  }
  return {
    facts: () => facts,
    onEvent(event, payload) {
      if (event === 'desktop') {
        parts.onDesktop(payload)
        return
      }
      const message = { event, payload }
      parts.main()?.send(CHANNELS.event, message)
      if (CONSENT_EVENTS.has(event)) parts.consent()?.send(CHANNELS.event, message)
      take(event, payload as EventPayload<typeof event>)
    },
    onState(state) {
      facts.broker = state
      // Questions die with the broker that asked them.
      if (state.state === 'starting') parts.turn.questions([])
      parts.main()?.send(CHANNELS.broker, state)
      parts.consent()?.send(CHANNELS.broker, state)
      parts.onFacts(facts)
    },
    async onReady(link) {
      const ask = async <E extends EventName>(event: E, method: Parameters<DoorLink['call']>[0]) => {
        const answer = await link.call(method, {}, 'shell')
        if (answer.ok) take(event, answer.value as EventPayload<E>)
      }
      await Promise.all([
        ask('status', 'status.get'),
        ask('agents', 'agents.list'),
        ask('questions', 'questions.list'),
        ask('settings', 'settings.get'),
      ])
    },
  }
}
