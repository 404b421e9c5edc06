import { Eye, EyeOff, Plus, X } from 'lucide-react'
import { useState } from 'react'
import type { Question } from '../../contract/consent.ts'
import { readHost } from '../../contract/host-text.ts'
import { Button } from '../design/button.tsx'
import { MaskedInput } from '../design/masked-input.tsx'
import { ShownText } from '../design/shown-text.tsx'
import type { Draft } from './draft.ts'

const MOST_HOSTS = 8
const isNoHost = (text: string) => text.trim() !== '' && readHost(text) === null

/** An agent asks for a secret: it goes into the keychain, bound to these hosts; the agent gets its name only. */
export function SecretCard({
  secret,
  draft,
  onChange,
}: {
  secret: NonNullable<Question['secret']>
  draft: Draft
  onChange: (change: Partial<Draft>) => void
}) {
  const [open, setOpen] = useState(false)
  const setHost = (at: number, host: string) =>
    onChange({ secretHosts: draft.secretHosts.map((old, index) => (index === at ? host : old)) })
  return (
    <section className="secret" aria-label="The secret">
      <label htmlFor="secret-value">
        Value of <bdi className="mono">{secret.name}</bdi>
      </label>
      <div className="secret-value">
        <MaskedInput
          id="secret-value"
          shown={open}
          data-control="secret"
          value={draft.secretValue}
          onChange={(secretValue) => onChange({ secretValue })}
        />
        <Button
          iconOnly
          aria-label={open ? 'Hide the value' : 'Show the value'}
          aria-pressed={open}
          icon={open ? <EyeOff /> : <Eye />}
          onClick={() => setOpen(!open)}
        />
      </div>
      <fieldset>
        <legend>It may be sent to these hosts only</legend>
        {draft.secretHosts.map((host, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: hosts are edited in place
          <div className="secret-value" key={at}>
            <input
              className="input mono"
              aria-label={`Host ${at + 1}`}
              value={host}
              aria-invalid={isNoHost(host)}
              spellCheck={false}
              data-control={`host-${at}`}
              onChange={(event) => setHost(at, event.target.value)}
            />
            <Button
              iconOnly
              tone="quiet"
              aria-label={`Remove host ${at + 1}`}
              icon={<X />}
              onClick={() => onChange({ secretHosts: draft.secretHosts.filter((_, index) => index !== at) })}
            />
          </div>
        ))}
        {draft.secretHosts.some(isNoHost) && (
          <p className="small odd-host" role="status">
            A host is written like api.example.org or https://api.example.org/v1.
          </p>
        )}
        {draft.secretHosts.length < MOST_HOSTS && (
          <Button
            size="small"
            tone="quiet"
            icon={<Plus />}
            onClick={() => onChange({ secretHosts: [...draft.secretHosts, ''] })}
          >
            Add a host
          </Button>
        )}
      </fieldset>
      <p className="small faint">The value goes straight into the keychain. The agent gets only its name.</p>
    </section>
  )
}

/** Too many questions this hour: one answer for what is listed, for a set time. */
export function TaskCard({ task }: { task: NonNullable<Question['task']> }) {
  return (
    <section className="task" aria-label="What one answer covers">
      <p>
        This agent has asked often this hour. One yes covers the following for {task.minutes} minutes, and
        nothing else:
      </p>
      <ul>
        {task.covers.map((line) => (
          <li key={line}>
            <ShownText text={line} field="argument" />
          </li>
        ))}
      </ul>
    </section>
  )
}
