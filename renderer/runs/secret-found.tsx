import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { withTyped } from '../../contract/binding-text.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Field, TextInput } from '../design/field.tsx'
import { type FoundSecret, hintOf, nameSecret, slugOf, storedName } from './secret-in-text.ts'

/** A task that holds what looks like a secret: store it and name it, or say that it is none. */
export function SecretFound({
  found,
  onStored,
  onSendAnyway,
  onClose,
}: {
  found: FoundSecret
  onStored: (text: string) => void
  onSendAnyway: () => void
  onClose: () => void
}) {
  const { bridge } = useStores()
  const [name, setName] = useState('')
  const [host, setHost] = useState('')
  const act = useAct()
  const slug = slugOf(name)
  const bindings = withTyped([], host)
  const stored = storedName(found)
  const store = async () => {
    if (!bindings) return
    const kept = await act('The secret was not stored', () =>
      bridge.call('secrets.add', {
        rules: { name: slug, bindings },
        value: found.text.slice(found.start, found.end),
      }),
    )
    if (kept) onStored(nameSecret(found, slug))
  }
  return (
    <section className="secret-found" role="alert" aria-label="This looks like a secret">
      <KeyRound aria-hidden="true" />
      <div>
        {stored === null ? (
          <p>
            <b className="strong">This looks like a secret:</b> {found.what} <code>{hintOf(found)}</code>. A
            model would read it. Store it, and the agent gets only its name.
          </p>
        ) : (
          <p>
            <b className="strong">This is a secret of yours:</b> the value of <code>{stored}</code>, which is
            stored. A model would read it. With its name in its place the agent can use it all the same.
          </p>
        )}
        {stored === null && (
          <div className="secret-found-form">
            <Field label="Name" hideLabel>
              {(ids) => (
                <TextInput
                  {...ids}
                  placeholder="Name, for example mail-token"
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
            <Field label="Host it may be sent to" hideLabel>
              {(ids) => (
                <TextInput
                  {...ids}
                  mono
                  placeholder="Host it may be sent to"
                  value={host}
                  onChange={(event) => setHost(event.target.value)}
                />
              )}
            </Field>
            <Button disabled={slug === '' || !bindings} onClick={() => void store()}>
              Store and name it
            </Button>
          </div>
        )}
        <div className="secret-found-ways">
          {stored !== null && (
            <Button size="small" onClick={() => onStored(nameSecret(found, stored))}>
              Put its name there
            </Button>
          )}
          <button type="button" className="link-button small" onClick={onClose}>
            I’ll take it out
          </button>
          <button type="button" className="link-button small" onClick={onSendAnyway}>
            {stored === null ? 'It is no secret: start' : 'Start with it as it is'}
          </button>
        </div>
      </div>
    </section>
  )
}
