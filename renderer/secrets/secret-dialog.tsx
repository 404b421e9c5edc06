import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { PLACE_WORDS, withTyped, writeBinding } from '../../contract/binding-text.ts'
import type { SecretBinding, SecretInfo, SecretRules } from '../../contract/secret.ts'
import { useAct, useFollow, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Field, Select, TextInput } from '../design/field.tsx'
import { slugOf } from '../runs/secret-in-text.ts'
import { KIND_WORDS, namesIn, unknownOf } from './secret-words.ts'
import { ValueField } from './value-field.tsx'

const KINDS = (Object.keys(KIND_WORDS) as SecretRules['kind'][]).map((value) => ({
  value,
  label: KIND_WORDS[value],
}))

interface Draft {
  name: string
  kind: SecretRules['kind']
  bindings: SecretBinding[]
  /** A host that was typed and not added yet: it counts as well. */
  typed: { text: string; place: SecretBinding['place'] }
  tools: string
  agents: string
  expires: string
  rotateUrl: string
}

function startDraft(secret: SecretInfo | null): Draft {
  return {
    name: secret?.name ?? '',
    kind: secret?.kind ?? 'token',
    bindings: secret?.bindings ?? [],
    typed: { text: '', place: 'header' },
    tools: (secret?.tools ?? ['*']).join(', '),
    agents: (secret?.agents ?? ['*']).join(', '),
    expires: secret?.expiresAt == null ? '' : new Date(secret.expiresAt).toISOString().slice(0, 10),
    rotateUrl: secret?.rotateUrl ?? '',
  }
}

function rulesOf(draft: Draft, name: string): SecretRules {
  return {
    name,
    kind: draft.kind,
    bindings: bindingsOf(draft) ?? [],
    tools: namesIn(draft.tools),
    agents: namesIn(draft.agents),
    expiresAt: draft.expires === '' ? null : new Date(`${draft.expires}T23:59:59`).getTime(),
    rotateUrl: draft.rotateUrl.trim(),
  }
}

const bindingsOf = ({ bindings, typed }: Draft) => withTyped(bindings, typed.text, typed.place)

/** Adds a secret, or changes the rules of one. The value can be typed once and is gone from here when it is stored. */
export function SecretDialog({ secret, onClose }: { secret: SecretInfo | null; onClose: () => void }) {
  const { bridge, secrets, agents, tools } = useStores()
  useFollow(useStore(agents, (state) => state.follow))
  useFollow(useStore(tools, (state) => state.follow))
  const agentNames = useStore(agents, (state) => state.agents)?.flatMap(({ id, name }) => [id, name])
  const toolNames = useStore(tools, (state) => state.tools)?.map((tool) => tool.name)
  const taken = useStore(secrets, (state) => state.secrets) ?? []
  const [draft, setDraft] = useState(() => startDraft(secret))
  const [value, setValue] = useState('')
  const act = useAct()
  const name = secret?.name ?? slugOf(draft.name)
  const used = secret === null && taken.some((other) => other.name === name)
  const ready = name !== '' && !used && bindingsOf(draft) !== null && (secret !== null || value !== '')
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const save = async () => {
    if (!ready) return
    const rules = rulesOf(draft, name)
    const kept = await act('The secret was not stored', () =>
      secret ? bridge.call('secrets.update', rules) : bridge.call('secrets.add', { rules, value }),
    )
    setValue('')
    if (kept) onClose()
  }
  return (
    <Dialog
      open
      title={secret ? secret.name : 'Add a secret'}
      about={
        secret
          ? 'Where it may go and who may use it.'
          : 'The value goes straight into the keychain and is never shown again.'
      }
      onClose={onClose}
      onSubmit={() => void save()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" disabled={!ready}>
            {secret ? 'Save' : 'Store'}
          </Button>
        </>
      }
    >
      {!secret && (
        <>
          <Field
            label="Name"
            fault={used ? 'This name is taken.' : ''}
            hint={
              name !== '' ? (
                <>
                  Written as <code>{`{{secret:${name}}}`}</code>
                </>
              ) : (
                'Lower-case letters, digits and - _ .'
              )
            }
          >
            {(ids) => (
              <TextInput
                {...ids}
                placeholder="mail-token"
                value={draft.name}
                onChange={(event) => change({ name: event.target.value })}
              />
            )}
          </Field>
          <ValueField label="Value" value={value} onChange={setValue} />
        </>
      )}
      <Bindings draft={draft} onChange={change} />
      <div className="two-columns">
        <Field label="Kind">
          {(ids) => (
            <Select {...ids} value={draft.kind} choices={KINDS} onChange={(kind) => change({ kind })} />
          )}
        </Field>
        <Field label="Expires">
          {(ids) => (
            <TextInput
              {...ids}
              type="date"
              value={draft.expires}
              onChange={(event) => change({ expires: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Tools"
          hint="Names, with commas; * is any"
          fault={toolNames ? unknownOf(namesIn(draft.tools), toolNames, 'tool') : ''}
        >
          {(ids) => (
            <TextInput
              {...ids}
              mono
              value={draft.tools}
              onChange={(event) => change({ tools: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Agents"
          hint="Names, with commas; * is any"
          fault={agentNames ? unknownOf(namesIn(draft.agents), agentNames, 'agent') : ''}
        >
          {(ids) => (
            <TextInput
              {...ids}
              mono
              value={draft.agents}
              onChange={(event) => change({ agents: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Field label="Page where it is rotated">
        {(ids) => (
          <TextInput
            {...ids}
            mono
            placeholder="https://provider.example/settings/tokens"
            value={draft.rotateUrl}
            onChange={(event) => change({ rotateUrl: event.target.value })}
          />
        )}
      </Field>
    </Dialog>
  )
}

/** Hosts, one after the other; each with the place in the request where the value may stand. */
function Bindings({
  draft,
  onChange,
}: {
  draft: Pick<Draft, 'bindings' | 'typed'>
  onChange: (part: Partial<Draft>) => void
}) {
  const { bindings, typed } = draft
  const all = withTyped(bindings, typed.text, typed.place)
  const isTyped = typed.text.trim() !== ''
  const add = () => {
    if (all && isTyped) onChange({ bindings: all, typed: { ...typed, text: '' } })
  }
  return (
    <fieldset className="bindings">
      <legend>May be sent to</legend>
      {bindings.length > 0 && (
        <ul>
          {bindings.map((binding, at) => (
            <li key={writeBinding(binding) + binding.place}>
              <span className="mono wrap-anywhere">{writeBinding(binding)}</span>
              <span className="faint small">{PLACE_WORDS[binding.place]}</span>
              <Button
                tone="quiet"
                size="small"
                iconOnly
                aria-label={`Remove ${binding.host}`}
                icon={<X />}
                onClick={() => onChange({ bindings: bindings.toSpliced(at, 1) })}
              />
            </li>
          ))}
        </ul>
      )}
      <div className="binding-add">
        <TextInput
          mono
          aria-label="Host"
          placeholder="api.example.org"
          value={typed.text}
          onChange={(event) => onChange({ typed: { ...typed, text: event.target.value } })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            add()
          }}
        />
        <Select
          aria-label="Where in the request"
          value={typed.place}
          choices={(Object.keys(PLACE_WORDS) as SecretBinding['place'][]).map((value) => ({
            value,
            label: PLACE_WORDS[value],
          }))}
          onChange={(place) => onChange({ typed: { ...typed, place } })}
        />
        <Button icon={<Plus />} disabled={!all || !isTyped} onClick={add}>
          Add
        </Button>
      </div>
      {all === null && (
        <p className="small state-deny">
          This names no host: write api.example.org or https://api.example.org/v1.
        </p>
      )}
      {all?.length === 0 && <p className="small faint">Without a host it can be sent nowhere.</p>}
    </fieldset>
  )
}
