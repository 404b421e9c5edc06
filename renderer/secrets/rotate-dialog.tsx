import { ExternalLink } from 'lucide-react'
import { useState } from 'react'
import type { Result } from '../../contract/broker-api.ts'
import { rotationOf } from '../../contract/known-providers.ts'
import type { SecretInfo } from '../../contract/secret.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Field, TextInput } from '../design/field.tsx'
import { ValueField } from './value-field.tsx'
import './secrets.css'

/** A new value for a secret, step by step: make it at the provider, put it here, end the old one there, see that it ended. */
export function RotateDialog({ secret, onClose }: { secret: SecretInfo; onClose: () => void }) {
  const { bridge } = useStores()
  const [value, setValue] = useState('')
  // The old value of the last rotation is still there to be tried: at most providers it takes a while to end one.
  const [stored, setStored] = useState(secret.formerUntil === null ? null : secret)
  const [once, setOnce] = useState(secret.formerUntil !== null)
  const act = useAct()
  const { name } = secret
  const { rotateUrl } = rotationOf(secret)
  const save = async () => {
    if (value === '') return
    const kept = await act('The new value was not stored', () =>
      bridge.call('secrets.rotate', { name, value }),
    )
    setValue('')
    if (kept) setStored(kept)
  }
  return (
    <Dialog
      open
      title={`Rotate ${name}`}
      onClose={onClose}
      onSubmit={() => void (stored ? onClose() : save())}
      footer={
        stored ? (
          <Button tone="primary" type="submit">
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button tone="primary" type="submit" disabled={value === ''}>
              Store the new value
            </Button>
          </>
        )
      }
    >
      <ol className="steps">
        <li>
          <p>Make a new one at the provider.</p>
          {rotateUrl && (
            <Button
              size="small"
              icon={<ExternalLink />}
              onClick={() =>
                void act('The page did not open', () => bridge.desktop({ do: 'openUrl', url: rotateUrl }))
              }
            >
              Open {URL.parse(rotateUrl)?.hostname ?? 'its page'}
            </Button>
          )}
        </li>
        <li>
          {stored ? (
            <p>
              The new value is stored.{' '}
              {once && (
                <button
                  type="button"
                  className="link-button"
                  onClick={() => {
                    setStored(null)
                    setOnce(false)
                  }}
                >
                  Store another one
                </button>
              )}
            </p>
          ) : (
            <ValueField label="Put it here" value={value} onChange={setValue} />
          )}
        </li>
        <li>
          <p>End the old one at the provider, so that it no longer works anywhere.</p>
        </li>
        {stored && stored.formerUntil !== null && (
          <li>
            <CheckFormer secret={stored} />
          </li>
        )}
      </ol>
    </Dialog>
  )
}

/** Asks the provider with the old value, and with the new one. */
function CheckFormer({ secret }: { secret: SecretInfo }) {
  const { bridge } = useStores()
  const known = rotationOf(secret)
  const [url, setUrl] = useState(known.checkUrl)
  const [header, setHeader] = useState(known.header)
  const [busy, setBusy] = useState(false)
  const [seen, setSeen] = useState<Result<'secrets.checkFormer'> | null>(null)
  const act = useAct()
  const check = async () => {
    setBusy(true)
    setSeen(
      await act('It could not be checked', () =>
        bridge.call('secrets.checkFormer', { name: secret.name, url, header }),
      ),
    )
    setBusy(false)
  }
  return (
    <>
      <p>See that it no longer works.</p>
      <p className="small faint">
        One request with the old value and one with the new to this address. For that the old value is kept in
        memory for an hour at most; it is forgotten when the provider refuses it, or when Sallyport ends.
      </p>
      <Field label="Address">
        {(ids) => <TextInput {...ids} mono value={url} onChange={(event) => setUrl(event.target.value)} />}
      </Field>
      <Field label="Header">
        {(ids) => (
          <TextInput {...ids} mono value={header} onChange={(event) => setHeader(event.target.value)} />
        )}
      </Field>
      <Button
        size="small"
        disabled={busy || url === '' || seen?.former === 'refused'}
        onClick={() => void check()}
      >
        {busy ? 'Asking …' : 'Check the old one'}
      </Button>
      {seen && (
        <p role="status" className={seen.former === 'refused' ? '' : 'state-deny'}>
          {seen.text}
        </p>
      )}
    </>
  )
}
