import type { Agent } from '../../contract/agent.ts'

/** Paused or frozen, in words; nothing when it may work. */
export function AgentState({ agent }: { agent: Agent }) {
  if (agent.frozen) return <span className="state-tag deny">Frozen</span>
  if (agent.paused) return <span className="state-tag">Paused</span>
  return <span />
}
