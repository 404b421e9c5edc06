import { Ellipsis, Pause, Pencil, Play, Square, Sun, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { Agent } from '../../contract/agent.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Confirm } from '../design/dialog.tsx'
import { Menu, MenuItem, MenuLine } from '../design/menu.tsx'
import { useStopped } from './agent-state.tsx'

/** What can be done with one agent. */
export function AgentMenu({ agent }: { agent: Agent }) {
  const { route, link, bridge } = useStores()
  const { go } = useStore(route)
  const { pause, stop, resume } = useStore(link)
  const stopped = useStopped(agent.id)
  const [deleting, setDeleting] = useState(false)
  const act = useAct()
  const remove = async () => {
    const done = await act('The agent was not deleted', () => bridge.call('agents.delete', { id: agent.id }))
    if (done) go('agents')
  }
  return (
    <>
      <Menu
        trigger={<Button tone="quiet" iconOnly aria-label={`More for ${agent.name}`} icon={<Ellipsis />} />}
      >
        <MenuItem
          icon={<Play />}
          disabled={agent.frozen !== ''}
          onSelect={() => go('runs', [], { agent: agent.id })}
        >
          New run
        </MenuItem>
        <MenuItem icon={<Pencil />} onSelect={() => go('agents', [agent.id, 'edit'])}>
          Edit
        </MenuItem>
        <MenuLine />
        <MenuItem
          icon={agent.paused ? <Play /> : <Pause />}
          onSelect={() => void pause(!agent.paused, agent.id)}
        >
          {agent.paused ? 'Resume' : 'Pause'}
        </MenuItem>
        {agent.frozen !== '' && (
          <MenuItem
            icon={<Sun />}
            onSelect={() =>
              void act('The agent is still frozen', () => bridge.call('agents.thaw', { id: agent.id }))
            }
          >
            Thaw
          </MenuItem>
        )}
        {stopped ? (
          <MenuItem icon={<Play />} onSelect={() => void resume(agent.id)}>
            Let it work again
          </MenuItem>
        ) : (
          <MenuItem icon={<Square />} danger onSelect={() => void stop(agent.id)}>
            Stop this agent
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem icon={<Trash2 />} danger onSelect={() => setDeleting(true)}>
          Delete …
        </MenuItem>
      </Menu>
      <Confirm
        open={deleting}
        title={`Delete ${agent.name}?`}
        text="Its runs end, and its permissions end with it. What it did stays on record."
        confirmLabel="Delete"
        cancelLabel="Keep it"
        danger
        onConfirm={() => void remove()}
        onClose={() => setDeleting(false)}
      />
    </>
  )
}
