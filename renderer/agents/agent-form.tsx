import { ChevronLeft } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { Agent } from '../../contract/agent.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import { useAct, useFollow, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Skeleton } from '../design/empty-state.tsx'
import { Field, Select, TextArea, TextInput } from '../design/field.tsx'
import {
  type AgentDraft,
  checkDraft,
  draftOf,
  firstTools,
  isSound,
  newDraft,
  tidyModel,
  withCommands,
} from './agent-draft.ts'
import { BudgetFields, OtherFields } from './limit-fields.tsx'
import { ModelFields } from './model-fields.tsx'
import { CommandLines, FolderLines, HostLines, SecretLines, ToolLines } from './perimeter-fields.tsx'
import { REVIEW_CHOICES } from './review-words.ts'

/** To the first field that is not in order, once it says so. */
function goToFault(): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>('.agent-form [aria-invalid="true"]')?.focus(),
  )
}

/** Makes an agent, or changes one. Everything it may reach is on this page, and nothing is reached by default. */
export function AgentForm({ agent }: { agent: Agent | null }) {
  const { bridge, route, tools, secrets } = useStores()
  useFollow(useStore(tools, (state) => state.follow))
  useFollow(useStore(secrets, (state) => state.follow))
  const { go } = useStore(route)
  const { tools: installed, fault: noTools } = useStore(tools)
  const [changed, setDraft] = useState<AgentDraft | null>(agent && draftOf(agent))
  const [tried, setTried] = useState(false)
  const act = useAct()
  const draft = changed ?? newDraft(firstTools(installed ?? []))
  const faults = checkDraft(draft)
  const shown = tried ? faults : { name: '', model: '', baseUrl: '', folders: '' }
  const setPerimeter = (part: Partial<Perimeter>) =>
    setDraft({ ...draft, perimeter: { ...draft.perimeter, ...part } })
  const save = async () => {
    setTried(true)
    if (!isSound(faults)) return goToFault()
    const input = { ...draft, name: draft.name.trim(), model: tidyModel(draft.model) }
    const saved = await act('The agent was not saved', () =>
      agent ? bridge.call('agents.update', { ...input, id: agent.id }) : bridge.call('agents.create', input),
    )
    if (saved) go('agents', [saved.id])
  }
  // A new agent begins with our tools: what is typed before they are known would begin without them.
  if (!agent && installed === null && noTools === '')
    return (
      <div className="page">
        <div className="page-inner narrow">
          <Skeleton lines={8} />
        </div>
      </div>
    )
  const { perimeter } = draft
  return (
    <div className="page">
      <form
        className="page-inner narrow agent-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <header className="page-head">
          <a className="back" href={agent ? `#/agents/${agent.id}` : '#/agents'}>
            <ChevronLeft aria-hidden="true" /> {agent ? agent.name : 'All agents'}
          </a>
          <h2>{agent ? 'Edit agent' : 'New agent'}</h2>
        </header>
        <Field label="Name" fault={shown.name}>
          {(ids) => (
            <TextInput
              {...ids}
              maxLength={80}
              placeholder="Inbox helper"
              value={draft.name}
              onChange={(event) => setDraft({ ...draft, name: event.target.value })}
            />
          )}
        </Field>
        <ModelFields model={draft.model} faults={shown} onChange={(model) => setDraft({ ...draft, model })} />
        <hr className="split-line" />
        <FolderLines
          lines={perimeter.folders}
          fault={shown.folders}
          onChange={(folders) => setPerimeter({ folders })}
        />
        <HostLines lines={perimeter.hosts} onChange={(hosts) => setPerimeter({ hosts })} />
        <CommandLines
          lines={perimeter.commands}
          onChange={(commands) => setPerimeter(withCommands(perimeter, commands, installed ?? []))}
        />
        <SecretLines lines={perimeter.secrets} onChange={(lines) => setPerimeter({ secrets: lines })} />
        <ToolLines lines={perimeter.tools} onChange={(lines) => setPerimeter({ tools: lines })} />
        <OtherFields perimeter={perimeter} onChange={setPerimeter} />
        <BudgetFields budgets={perimeter.budgets} onChange={(budgets) => setPerimeter({ budgets })} />
        <hr className="split-line" />
        <Field
          label="Text from outside"
          hint="Pages, mail, other people’s files. You can see each before the model reads it, and keep it out."
        >
          {(ids) => (
            <Select
              {...ids}
              value={draft.reviewOutside}
              choices={REVIEW_CHOICES}
              onChange={(reviewOutside) => setDraft({ ...draft, reviewOutside })}
            />
          )}
        </Field>
        <Field
          label="Instructions"
          hint="Told to the model at the start of every run. They give no power: the perimeter does."
        >
          {(ids) => (
            <TextArea
              {...ids}
              rows={4}
              maxLength={20_000}
              value={draft.instructions}
              onChange={(event) => setDraft({ ...draft, instructions: event.target.value })}
            />
          )}
        </Field>
        <footer className="form-end">
          <Button tone="primary" size="large" type="submit">
            {agent ? 'Save' : 'Create agent'}
          </Button>
          <Button size="large" onClick={() => go('agents', agent ? [agent.id] : [])}>
            Cancel
          </Button>
          {tried && !isSound(faults) && (
            <span className="fault-line" role="alert">
              {Object.values(faults).find((fault) => fault !== '')}
            </span>
          )}
        </footer>
      </form>
    </div>
  )
}
