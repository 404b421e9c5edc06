import { useStore } from 'zustand'
import type { Agent } from '../../contract/agent.ts'
import { useStores } from '../app/stores.ts'
import { Mark } from '../design/mark.tsx'

/** Stopped, frozen or paused, in words; nothing when it may work. */
export function AgentState({ agent }: { agent: Agent }) {
  const stopped = useStopped(agent.id)
  if (agent.frozen) return <span className="state-tag deny">Frozen</span>
  if (stopped) return <Mark kind="stop" word="Stopped" />
  if (agent.paused) return <span className="state-tag">Paused</span>
  return <span />
}

/** Is this agent stopped by itself, while others go on? */
export function useStopped(agentId: string): boolean {
  const { link } = useStores()
  return useStore(link, ({ status }) => status?.stop.stoppedAgents.includes(agentId) ?? false)
}
