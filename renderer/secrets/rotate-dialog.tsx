import { ExternalLink } from 'lucide-react'
import { useState } from 'react'
import type { SecretInfo } from '../../contract/secret.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Field, TextInput } from '../design/field.tsx'

/** A new value for a secret, step by step: make it at the provider, put it here, end the old one there. */
export function RotateDialog({ secret, onClose }: { secret: SecretInfo; onClose: () => void }) {
  const { bridge, toasts } = useStores()
  const [value, setValue] = useState('')
  const act = useAct()
  const { name, rotateUrl } = secret
  const save = async () => {
    if (value === '') return
    const kept = await act('The new value was not stored', () =>
      bridge.call('secrets.rotate', { name, value }),
    )
    setValue('')
    if (!kept) return
    toasts
      .getState()
      .push({ tone: 'done', title: `${name} is rotated`, text: 'Now end the old one at the provider.' })
    onClose()
  }
  return (
    <Dialog
      open
      title={`Rotate ${name}`}
      onClose={onClose}
      onSubmit={() => void save()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" disabled={value === ''}>
            Store the new value
          </Button>
        </>
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
          <Field label="Put it here">
            {(ids) => (
              <TextInput
                {...ids}
                mono
                type="password"
                maxLength={16_384}
                value={value}
                onChange={(event) => setValue(event.target.value)}
              />
            )}
          </Field>
        </li>
        <li>
          <p>End the old one at the provider, so that it no longer works anywhere.</p>
        </li>
      </ol>
    </Dialog>
  )
}
