import { KeyRound } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { ModelChoice } from '../../contract/agent.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Field, Select, TextInput } from '../design/field.tsx'
import { slugOf } from '../runs/secret-in-text.ts'
import { bindingFor, tidyModel } from './agent-draft.ts'
import { PROVIDER_WORDS } from './model-words.ts'

interface Endpoint {
  name: string
  baseUrl: string
  models: string[]
}

/** Which model, where it runs, and the key it needs. The key goes into the keychain; the agent keeps its name. */
export function ModelFields({
  model,
  faults,
  onChange,
}: {
  model: ModelChoice
  faults: { model: string; baseUrl: string }
  onChange: (model: ModelChoice) => void
}) {
  const { bridge } = useStores()
  const [found, setFound] = useState<Endpoint[] | null>(null)
  const { models, fault } = useModelList(model)
  useEffect(() => {
    bridge.call('models.detect', {}).then(
      ({ endpoints }) => setFound(endpoints),
      () => setFound([]),
    )
  }, [bridge])
  const providers = (['openai-compatible', 'openai', 'anthropic'] as ModelChoice['provider'][]).concat(
    model.provider === 'tour' ? ['tour'] : [],
  )
  return (
    <fieldset className="form-group">
      <legend>Model</legend>
      <Field label="Where it runs" hideLabel>
        {(ids) => (
          <Select
            {...ids}
            value={model.provider}
            choices={providers.map((value) => ({ value, label: PROVIDER_WORDS[value] }))}
            onChange={(provider) => onChange({ provider, model: '', baseUrl: '' })}
          />
        )}
      </Field>
      {model.provider === 'openai-compatible' && (
        <>
          <Detected
            found={found}
            chosen={model.baseUrl ?? ''}
            onChoose={(one) =>
              onChange({ ...model, baseUrl: one.baseUrl, model: one.models[0] ?? model.model })
            }
          />
          <Field label="Address" fault={faults.baseUrl}>
            {(ids) => (
              <TextInput
                {...ids}
                mono
                placeholder="http://127.0.0.1:11434/v1"
                value={model.baseUrl ?? ''}
                onChange={(event) => onChange({ ...model, baseUrl: event.target.value })}
              />
            )}
          </Field>
        </>
      )}
      {model.provider !== 'tour' && (
        <>
          <KeyField model={model} onChange={onChange} />
          <Field label="Model" fault={faults.model} hint={fault || undefined}>
            {(ids) => (
              <>
                <TextInput
                  {...ids}
                  list={`${ids.id}-models`}
                  placeholder={models[0] ?? 'Name of the model'}
                  value={model.model}
                  onChange={(event) => onChange({ ...model, model: event.target.value })}
                />
                <datalist id={`${ids.id}-models`}>
                  {models.map((name) => (
                    <option key={name} value={name} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
        </>
      )}
    </fieldset>
  )
}

/** What runs on this computer already. */
function Detected({
  found,
  chosen,
  onChoose,
}: {
  found: Endpoint[] | null
  chosen: string
  onChoose: (endpoint: Endpoint) => void
}) {
  if (found === null) return <p className="small faint detected">Looking for models on this computer …</p>
  if (found.length === 0)
    return (
      <p className="small faint detected">
        Found none on this computer. Start Ollama, LM Studio or another server, or write its address.
      </p>
    )
  return (
    <div className="detected">
      {found.map((endpoint) => (
        <button
          key={endpoint.baseUrl}
          type="button"
          className="chip"
          aria-pressed={chosen === endpoint.baseUrl}
          onClick={() => onChoose(endpoint)}
        >
          {endpoint.name}, {endpoint.models.length === 1 ? '1 model' : `${endpoint.models.length} models`}
        </button>
      ))}
    </div>
  )
}

function KeyField({ model, onChange }: { model: ModelChoice; onChange: (model: ModelChoice) => void }) {
  const { bridge, secrets } = useStores()
  const [value, setValue] = useState('')
  const [open, setOpen] = useState(false)
  const known = useStore(secrets, (state) => state.secrets) ?? []
  const keychain = useStore(secrets, (state) => state.keychain)
  const act = useAct()
  const binding = bindingFor(model)
  const store = async () => {
    if (!binding) return
    const name = freeName(
      slugOf(`${model.provider === 'openai-compatible' ? binding.host : model.provider}-key`),
      known.map((secret) => secret.name),
    )
    const kept = await act('The key was not stored', () =>
      bridge.call('secrets.add', {
        rules: { name, kind: 'model-key', bindings: [binding] },
        value: value.trim(),
      }),
    )
    if (!kept) return
    setValue('')
    setOpen(false)
    onChange({ ...model, secret: kept.name })
  }
  if (model.secret && !open)
    return (
      <p className="key-kept">
        <KeyRound aria-hidden="true" />
        <span>
          Key in the keychain: <code>{model.secret}</code>
        </span>
        <button type="button" className="link-button small" onClick={() => setOpen(true)}>
          Another key
        </button>
      </p>
    )
  const needed = model.provider === 'openai' || model.provider === 'anthropic'
  return (
    <Field
      label={needed ? 'API key' : 'API key, if it needs one'}
      hint={
        keychain && keychain.state !== 'ready'
          ? keychain.text
          : `Goes straight into ${keychain?.name || 'the keychain'}; the agent keeps only its name.`
      }
    >
      {(ids) => (
        <span className="with-button">
          <TextInput
            {...ids}
            mono
            type="password"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
          <Button
            disabled={value.trim() === '' || !binding || keychain?.state !== 'ready'}
            onClick={() => void store()}
          >
            Store key
          </Button>
        </span>
      )}
    </Field>
  )
}

function freeName(base: string, taken: string[]): string {
  let name = base
  for (let at = 2; taken.includes(name); at += 1) name = `${base}-${at}`
  return name
}

/** The models that an endpoint offers, asked for once its address and key stand still for a moment. */
function useModelList(model: ModelChoice): { models: string[]; fault: string } {
  const { bridge } = useStores()
  const [list, setList] = useState<{ models: string[]; fault: string }>({ models: [], fault: '' })
  const { provider, baseUrl, secret } = model
  useEffect(() => {
    const choice = tidyModel({ provider, model: '?', baseUrl, secret })
    if (provider === 'tour' || !bindingFor(choice)) return setList({ models: [], fault: '' })
    if (provider !== 'openai-compatible' && !secret) return setList({ models: [], fault: '' })
    let alive = true
    const timer = setTimeout(() => {
      bridge.call('models.list', choice).then(
        (answer) => alive && setList(answer),
        () => alive && setList({ models: [], fault: '' }),
      )
    }, 400)
    return () => {
      alive = false
      clearTimeout(timer)
    }
  }, [bridge, provider, baseUrl, secret])
  return list
}
