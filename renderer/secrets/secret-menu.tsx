import { Ban, Ellipsis, Pencil, RotateCw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { SecretInfo } from '../../contract/secret.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Confirm } from '../design/dialog.tsx'
import { Menu, MenuItem, MenuLine } from '../design/menu.tsx'
import { RotateDialog } from './rotate-dialog.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import { useRevoke } from './use-revoke.ts'

type Open = 'edit' | 'rotate' | 'revoke' | 'delete' | null

/** What can be done with one secret; nothing here can show its value. */
export function SecretMenu({ secret }: { secret: SecretInfo }) {
  const { bridge } = useStores()
  const [open, setOpen] = useState<Open>(null)
  const act = useAct()
  const revoke = useRevoke()
  const close = () => setOpen(null)
  const { name } = secret
  return (
    <>
      <Menu
        trigger={
          <Button tone="quiet" size="small" iconOnly aria-label={`More for ${name}`} icon={<Ellipsis />} />
        }
      >
        <MenuItem icon={<Pencil />} onSelect={() => setOpen('edit')}>
          Hosts, tools, agents …
        </MenuItem>
        <MenuItem icon={<RotateCw />} onSelect={() => setOpen('rotate')}>
          Rotate …
        </MenuItem>
        <MenuLine />
        <MenuItem
          icon={<Ban />}
          danger
          disabled={secret.revokedAt !== null}
          onSelect={() => setOpen('revoke')}
        >
          Revoke …
        </MenuItem>
        <MenuItem icon={<Trash2 />} danger onSelect={() => setOpen('delete')}>
          Delete …
        </MenuItem>
      </Menu>
      {open === 'edit' && <SecretDialog secret={secret} onClose={close} />}
      {open === 'rotate' && <RotateDialog secret={secret} onClose={close} />}
      <Confirm
        open={open === 'revoke'}
        title={`Revoke ${name}?`}
        text="No agent can use it from this moment, in the middle of a run too. The value is removed from the keychain; rotate it to use it again. End it at its provider too: what has leaked works there until then."
        confirmLabel="Revoke"
        danger
        onConfirm={() => void revoke(name)}
        onClose={close}
      />
      <Confirm
        open={open === 'delete'}
        title={`Delete ${name}?`}
        text="Its value is removed from the keychain and can’t be brought back. What it was used for stays on record."
        confirmLabel="Delete"
        cancelLabel="Keep it"
        danger
        onConfirm={() => void act('It was not deleted', () => bridge.call('secrets.delete', { name }))}
        onClose={close}
      />
    </>
  )
}
