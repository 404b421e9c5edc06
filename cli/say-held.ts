/** Who is held by itself, and what lets each go on: what the window shows beside an agent or a tool. */
import type { Agent } from '../contract/agent.ts'
import type { FrozenTool } from '../contract/broker-api.ts'
import type { StopState } from '../contract/stop.ts'
import type { Output } from './output.ts'
import type { Session } from './session.ts'

const RESUME = 'sallyport resume --agent with its name lets it go on'

export async function sayHeld(session: Session, out: Output, stop: StopState): Promise<void> {
  const { agents } = await session.call('agents.list', {})
  const { frozen, paused } = await session.call('tools.list', {})
  for (const agent of agents) for (const words of holdsOf(agent, stop, out)) out.say(`  ${words}`)
  for (const each of frozen) out.say(`  ${frozenWords(each, out)}`)
  for (const { tool } of paused)
    out.say(`  paused: the tool ${tool}: sallyport tool resume ${tool} lets it go on`)
}

function holdsOf({ id, name, frozen, paused }: Agent, stop: StopState, out: Output): string[] {
  const who = out.foreign(name, 'agent')
  return [
    ...(stop.stoppedAgents.includes(id) ? [`stopped by itself: ${who}; ${RESUME}`] : []),
    ...(paused || stop.pausedAgents.includes(id) ? [`paused by itself: ${who}; ${RESUME}`] : []),
    ...(frozen
      ? [`frozen: ${who}: ${out.foreign(frozen)} sallyport agent thaw with its name lets it go on`]
      : []),
  ]
}

const frozenWords = ({ tool, why }: FrozenTool, out: Output) =>
  `frozen: the tool ${tool}: ${out.foreign(why)} sallyport tool thaw ${tool} lets it go on`
