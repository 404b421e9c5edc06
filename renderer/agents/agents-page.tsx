import { Bot, Plus } from 'lucide-react'
import { useStore } from 'zustand'
import type { Agent } from '../../contract/agent.ts'
import { useCopy, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { CommandHint } from '../design/command-hint.tsx'
import { EmptyState, Skeleton } from '../design/empty-state.tsx'
import { plural } from '../design/format.ts'
import { Who } from '../design/who.tsx'
import { AgentForm } from './agent-form.tsx'
import { AgentMenu } from './agent-menu.tsx'
import { AgentPage } from './agent-page.tsx'
import { AgentState } from './agent-state.tsx'
import { describeModel } from './model-words.ts'
import './agents.css'

/** The agents; one agent with its exposure map; or the form that makes or changes one. */
export function AgentsPage() {
  const { route, agents } = useStores()
  const [id, verb] = useStore(route, (state) => state.rest)
  const list = useStore(agents, (state) => state.agents)
  if (id === 'new') return <AgentForm key="new" agent={null} />
  if (!list) {
    return (
      <div className="page">
        <div className="page-inner">
          <Skeleton />
        </div>
      </div>
    )
  }
  const agent = list.find((one) => one.id === id)
  if (agent && verb === 'edit') return <AgentForm key={agent.id} agent={agent} />
  if (agent) return <AgentPage key={agent.id} agent={agent} />
  return <AgentList list={list} />
}

function AgentList({ list }: { list: Agent[] }) {
  const { route } = useStores()
  const { go } = useStore(route)
  const copy = useCopy()
  return (
    <div className="page">
      <div className="page-inner">
        <div className="page-bar">
          <span className="about">
            Each agent has a model, tools, and a perimeter that nothing inside can widen.
          </span>
          <span className="grow" />
          <CommandHint command="sallyport agent list" onCopy={copy} />
          <Button tone="primary" icon={<Plus />} onClick={() => go('agents', ['new'])}>
            New agent
          </Button>
        </div>
        {list.length === 0 ? (
          <div className="card">
            <EmptyState
              icon={<Bot aria-hidden="true" />}
              title="No agent yet"
              actions={
                <>
                  <Button tone="primary" onClick={() => go('agents', ['new'])}>
                    Create an agent
                  </Button>
                  <Button onClick={() => go('home')}>Take the tour first</Button>
                </>
              }
            >
              Give it a name, choose a model, and say which folders and hosts it may touch. It starts with
              none.
            </EmptyState>
          </div>
        ) : (
          <ul className="card ruled agent-rows">
            {list.map((agent) => (
              <AgentRow key={agent.id} agent={agent} />
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

function AgentRow({ agent }: { agent: Agent }) {
  const { route } = useStores()
  const { go } = useStore(route)
  const { folders, hosts, commands, tools } = agent.perimeter
  const reach = [
    plural(folders.length, 'folder'),
    plural(hosts.length, 'host'),
    ...(commands.length > 0 ? [plural(commands.length, 'command')] : []),
    plural(tools.length, 'tool'),
  ].join(', ')
  return (
    <li>
      <button type="button" className="agent-open" onClick={() => go('agents', [agent.id])}>
        <span className="strong">
          <Who id={agent.id} name={agent.name} />
        </span>
        <span className="dim truncate">{describeModel(agent.model)}</span>
        <span className="faint truncate">{reach}</span>
      </button>
      <AgentState agent={agent} />
      <AgentMenu agent={agent} />
    </li>
  )
}
