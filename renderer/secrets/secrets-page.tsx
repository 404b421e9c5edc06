import { KeyRound, LockKeyhole, Plus } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { PLACE_WORDS, writeBinding } from '../../contract/binding-text.ts'
import type { KeychainStatus, SecretInfo } from '../../contract/secret.ts'
import { useAct, useCopy, useFollow, useStores } from '../app/stores.ts'
import { useNow } from '../app/use-now.ts'
import { Button } from '../design/button.tsx'
import { CommandHint } from '../design/command-hint.tsx'
import { Confirm } from '../design/dialog.tsx'
import { EmptyState, Skeleton } from '../design/empty-state.tsx'
import { format } from '../design/format.ts'
import { ShownText } from '../design/shown-text.tsx'
import { Uses } from '../design/uses.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import { SecretMenu } from './secret-menu.tsx'
import { KIND_WORDS, usersOf } from './secret-words.ts'
import { useRevoke } from './use-revoke.ts'
import './secrets.css'

/** Names, hosts, ages. A value goes in and is never shown again, here or anywhere. */
export function SecretsPage() {
  const { secrets } = useStores()
  useFollow(useStore(secrets, (state) => state.follow))
  const { secrets: list, keychain, locked, fault } = useStore(secrets)
  const [adding, setAdding] = useState(false)
  const [revokingAll, setRevokingAll] = useState(false)
  const copy = useCopy()
  const live = list?.filter(({ revokedAt }) => revokedAt === null) ?? []
  /** The one thing to do then stands in the middle, and not twice. */
  const isEmpty = list?.length === 0 && keychain?.state === 'ready'
  return (
    <div className="page">
      <div className="page-inner">
        <div className="page-bar">
          <span className="about">
            An agent gets a secret’s name. The value is filled in on its way to a host that it is bound to.
          </span>
          <span className="grow" />
          <CommandHint command="sallyport secrets list" onCopy={copy} />
          {live.length > 1 && (
            <Button tone="danger" onClick={() => setRevokingAll(true)}>
              Revoke all …
            </Button>
          )}
          {!isEmpty && (
            <Button
              tone="primary"
              icon={<Plus />}
              disabled={keychain?.state !== 'ready'}
              onClick={() => setAdding(true)}
            >
              Add a secret
            </Button>
          )}
        </div>
        {locked && <LockedNotice />}
        {keychain && <KeychainNotice keychain={keychain} />}
        {!list && (fault ? <p className="dim">{fault}</p> : <Skeleton />)}
        {list && list.length === 0 && (
          <div className="card">
            <EmptyState
              icon={<KeyRound aria-hidden="true" />}
              title="No secret is stored"
              actions={
                isEmpty && (
                  <Button tone="primary" icon={<Plus />} onClick={() => setAdding(true)}>
                    Add a secret
                  </Button>
                )
              }
            >
              Store a token or a password once, say where it may be sent, and write{' '}
              <code>{'{{secret:name}}'}</code> where it belongs.
            </EmptyState>
          </div>
        )}
        {list && list.length > 0 && <SecretTable list={list} />}
        {adding && <SecretDialog secret={null} onClose={() => setAdding(false)} />}
        <RevokeAll open={revokingAll} onClose={() => setRevokingAll(false)} />
      </div>
    </div>
  )
}

/** An incident locks them all; the way back stands here too, where one looks for it. */
function LockedNotice() {
  const { bridge } = useStores()
  const act = useAct()
  const unlock = () =>
    void act('The secrets are still locked', () => bridge.call('incident.tick', { item: 'unlock-secrets' }))
  return (
    <div className="notice deny" role="status">
      <LockKeyhole aria-hidden="true" />
      <span className="grow">
        <b className="strong">Locked.</b> Incident mode locked all secrets: no agent gets one filled in, not
        even after Resume. Rotate those that may have leaked first, then unlock.
      </span>
      <Button size="small" onClick={unlock}>
        Unlock
      </Button>
    </div>
  )
}

function KeychainNotice({ keychain }: { keychain: KeychainStatus }) {
  const { bridge } = useStores()
  const act = useAct()
  const [asking, setAsking] = useState(false)
  const unlock = async () => {
    setAsking(true)
    await act('The keychain is still locked', () => bridge.call('secrets.unlock', {}))
    setAsking(false)
  }
  if (keychain.state === 'ready')
    return (
      <p className="keychain faint">
        <LockKeyhole aria-hidden="true" /> Values are kept in {keychain.name || 'the system’s keychain'},
        nowhere else.
      </p>
    )
  return (
    <div className="notice ask">
      <LockKeyhole aria-hidden="true" />
      <span className="grow">
        {keychain.text}{' '}
        {keychain.state === 'error'
          ? 'Until then no secret can be stored; what was read from it before can be used.'
          : 'Until then no secret can be stored or used.'}
      </span>
      {keychain.state === 'locked' && (
        <Button size="small" disabled={asking} onClick={() => void unlock()}>
          {asking ? 'Waiting for you …' : 'Unlock'}
        </Button>
      )}
    </div>
  )
}

function SecretTable({ list }: { list: SecretInfo[] }) {
  const now = useNow()
  return (
    <div className="card table-card">
      <table className="table stacks secrets">
        <thead>
          <tr>
            <th>Name</th>
            <th>May be sent to</th>
            <th>Stored</th>
            <th className="right">Used</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((secret) => (
            <tr key={secret.name} className={secret.revokedAt === null ? '' : 'revoked'}>
              <td>
                <code className="strong">{secret.name}</code>{' '}
                <span className="faint small">{KIND_WORDS[secret.kind]}</span>
                {usersOf(secret) && <p className="small dim wrap-anywhere">{usersOf(secret)}</p>}
                <SecretState secret={secret} now={now} />
              </td>
              <td>
                {secret.bindings.length === 0 && <span className="dim">no host yet, so nowhere</span>}
                {secret.bindings.map((binding) => (
                  <p key={writeBinding(binding) + binding.place} className="wrap-anywhere">
                    <span className="mono">
                      <ShownText text={writeBinding(binding)} field="url" />
                    </span>{' '}
                    <span className="faint small">{PLACE_WORDS[binding.place]}</span>
                  </p>
                ))}
              </td>
              <td className="number" data-label="Stored">
                {format.since(secret.rotatedAt ?? secret.createdAt, now)}
                {secret.expiresAt !== null && (
                  <p className="small faint">
                    {secret.expiresAt <= now ? 'expired' : 'expires'} {format.moment(secret.expiresAt, now)}
                  </p>
                )}
              </td>
              <td className="right number">
                <Uses count={secret.uses} last={secret.lastUse} now={now} />
              </td>
              <td className="right">
                <SecretMenu secret={secret} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SecretState({ secret, now }: { secret: SecretInfo; now: number }) {
  if (secret.revokedAt !== null)
    return <p className="small state-deny">Revoked {format.moment(secret.revokedAt, now)}</p>
  if (!secret.present)
    return <p className="small state-deny">The keychain no longer has its value: rotate it</p>
  if (secret.expiresAt !== null && secret.expiresAt <= now)
    return <p className="small state-deny">Expired: rotate it</p>
  return null
}

function RevokeAll({ open, onClose }: { open: boolean; onClose: () => void }) {
  const revoke = useRevoke()
  return (
    <Confirm
      open={open}
      title="Revoke all secrets?"
      text="No agent can use any of them from this moment, in the middle of a run too. The values are removed from the keychain; rotate a secret to use it again. End them at their providers too: what has leaked works there until then."
      confirmLabel="Revoke all"
      danger
      onConfirm={() => void revoke()}
      onClose={onClose}
    />
  )
}
