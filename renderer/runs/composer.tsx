import { Bot, Play } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useStore } from 'zustand'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Select, TextArea } from '../design/field.tsx'
import { SecretFound } from './secret-found.tsx'
import { type FoundSecret, findSecret } from './secret-in-text.ts'

/** Choose an agent, write the task. What looks like a secret is noticed before anything is sent. */
export function Composer() {
  const { agents, bridge, route, link } = useStores()
  const { go } = useStore(route)
  const list = useStore(agents, (state) => state.agents) ?? []
  const stopped = useStore(link, (state) => state.status?.stop.stopped ?? false)
  const preset = useStore(route, (state) => state.params.agent ?? '')
  const [chosen, setChosen] = useState(preset)
  const [text, setText] = useState('')
  const [found, setFound] = useState<FoundSecret | null>(null)
  const [busy, setBusy] = useState(false)
  const act = useAct()
  // The tour's agent follows its script, whatever it is told: it is no default where there is another.
  const usual = list.find(({ model, frozen }) => model.provider !== 'tour' && frozen === '') ?? list[0]
  const agentId = list.some(({ id }) => id === chosen) ? chosen : (usual?.id ?? '')
  const ready = agentId !== '' && text.trim() !== '' && !busy && !stopped

  const look = async (said: string): Promise<boolean> => {
    const secret = await act('The text could not be checked for secrets', () => findSecret(bridge, said))
    setFound(secret?.found ?? null)
    return secret !== null && secret.found === null
  }
  const send = async (said: string) => {
    const run = await act('The run did not start', () =>
      bridge.call('runs.start', { agentId, prompt: said.trim() }),
    )
    if (run) go('runs', [run.id])
  }
  const start = async () => {
    if (!ready) return
    setBusy(true)
    if (await look(text)) await send(text)
    setBusy(false)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void start()
    }
  }
  if (list.length === 0) return <NoAgent />
  return (
    <section className="composer card" aria-label="New run">
      <TextArea
        aria-label="Task"
        placeholder="What should be done? Say which folder, which page, what you expect."
        rows={3}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          const field = event.currentTarget
          setTimeout(() => void look(field.value), 0)
        }}
      />
      {found && (
        <SecretFound
          found={found}
          onStored={(replaced) => {
            setText(replaced)
            setFound(null)
          }}
          onSendAnyway={() => {
            setFound(null)
            void send(text)
          }}
          onClose={() => setFound(null)}
        />
      )}
      <div className="composer-bar">
        <Select
          slim
          aria-label="Agent"
          value={agentId}
          choices={list.map(({ id, name, paused, frozen }) => ({
            value: id,
            label: frozen ? `${name} (frozen)` : paused ? `${name} (paused)` : name,
            disabled: frozen !== '',
          }))}
          onChange={setChosen}
        />
        <span className="grow" />
        <span className="faint small">{stopped ? 'Everything is stopped' : shortcut(bridge.platform)}</span>
        <Button tone="primary" icon={<Play />} disabled={!ready} onClick={() => void start()}>
          Start
        </Button>
      </div>
    </section>
  )
}

function shortcut(platform: string): string {
  return platform === 'darwin' ? '⌘ Return' : 'Ctrl+Enter'
}

function NoAgent() {
  const { route } = useStores()
  const { go } = useStore(route)
  return (
    <div className="notice">
      <Bot aria-hidden="true" />
      <span className="grow">
        There is no agent yet. Create one to give it a task, or take the tour from Home.
      </span>
      <Button size="small" onClick={() => go('agents', ['new'])}>
        Create an agent
      </Button>
    </div>
  )
}
