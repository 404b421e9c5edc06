import { CalendarPlus, Ellipsis, NotebookPen, Shrink } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { Grant, GrantEnd } from '../../contract/grant.ts'
import { useAct, useStores } from '../app/stores.ts'
import { useNow } from '../app/use-now.ts'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { EmptyState, Skeleton } from '../design/empty-state.tsx'
import { Field, TextInput } from '../design/field.tsx'
import { format, plural } from '../design/format.ts'
import { Mark } from '../design/mark.tsx'
import { Menu, MenuItem, MenuLabel, MenuLine } from '../design/menu.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { Uses } from '../design/uses.tsx'
import { Who } from '../design/who.tsx'
import { narrowerScopes } from './narrow-scope.ts'
import { isInForce } from './permissions-store.ts'

/** Every grant with its scope, maker, end, count and last use; revoked at once, in the middle of a run too. */
export function GrantList() {
  const { permissions, route } = useStores()
  const { grants, fault } = useStore(permissions)
  const { go } = useStore(route)
  const [past, setPast] = useState(false)
  const now = useNow()
  if (!grants) return fault ? <p className="dim">{fault}</p> : <Skeleton />
  const live = grants.filter((grant) => isInForce(grant, now))
  const over = grants.filter((grant) => !isInForce(grant, now))
  const shown = (past ? over : live).toSorted((a, b) => b.madeAt - a.madeAt)
  return (
    <section className="section" aria-label="Grants">
      <div className="card table-card">
        {shown.length === 0 ? (
          <EmptyState
            title={past ? 'Nothing has ended yet' : 'No answer is remembered'}
            actions={!past && <Button onClick={() => go('activity')}>See what was asked</Button>}
          >
            {past
              ? 'Revoked and ended permissions are kept here.'
              : 'When you answer a question for longer than once, it stands here, with its exact scope and its end.'}
          </EmptyState>
        ) : (
          <table className="table stacks grants">
            <thead>
              <tr>
                <th>What</th>
                <th>Who</th>
                <th>{past ? 'Ended' : 'Ends'}</th>
                <th className="right">Used</th>
                <th>
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((grant) => (
                <GrantRow key={grant.id} grant={grant} past={past} now={now} />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {over.length > 0 && (
        <button type="button" className="link-button past-link" onClick={() => setPast(!past)}>
          {past
            ? `Back to the ${plural(live.length, 'permission')} in force`
            : `${format.count(over.length)} revoked or ended`}
        </button>
      )}
    </section>
  )
}

function GrantRow({ grant, past, now }: { grant: Grant; past: boolean; now: number }) {
  const { agents, permissions } = useStores()
  const revoke = useStore(permissions, (state) => state.revoke)
  const names = useStore(agents, (state) => state.agents) ?? []
  const act = useAct()
  const name = names.find(({ id }) => id === grant.principalId)?.name ?? grant.principalId
  return (
    <tr>
      <td>
        <div className="grant-what">
          <Mark
            kind={grant.effect === 'allow' ? 'allow' : 'deny'}
            word={grant.effect === 'allow' ? 'Allow' : 'Deny'}
          />
          <span className="wrap-anywhere">
            <ShownText text={grant.words} field="argument" />
          </span>
        </div>
        <p className="small faint made">
          by {grant.madeBy}, {format.moment(grant.madeAt, now)}
          {grant.note && (
            <>
              {'. '}
              <span className="dim">
                <ShownText text={grant.note} field="reason" />
              </span>
            </>
          )}
          {grant.reason && (
            <>
              {'. Told the agent: '}
              <span className="dim">
                <ShownText text={grant.reason} field="reason" />
              </span>
            </>
          )}
        </p>
      </td>
      <td>
        <Who id={grant.principalId} name={name} />
        <p className="small faint">
          with {grant.tool.name} <code title={grant.tool.hash}>{grant.tool.hash.slice(0, 6)}</code>
        </p>
      </td>
      <td className="number" data-label={past ? 'Ended' : 'Ends'}>
        {past ? describePast(grant, now) : describeEnd(grant, now)}
      </td>
      <td className="right number">
        <Uses count={grant.uses} last={grant.lastUse} now={now} />
      </td>
      <td className="grant-actions">
        {!past && (
          <>
            <Button size="small" onClick={() => void act('It was not revoked', () => revoke(grant.id))}>
              Revoke
            </Button>
            <GrantMenu grant={grant} now={now} />
          </>
        )}
      </td>
    </tr>
  )
}

function describeEnd({ end }: Grant, now: number) {
  if (end.kind === 'run') return 'with its run'
  if (end.kind === 'until') return format.until(end.at, now)
  return `unused for ${plural(end.days, 'day')}`
}

function describePast(grant: Grant, now: number) {
  if (grant.revokedAt !== null) return `revoked ${format.moment(grant.revokedAt, now)}`
  return grant.end.kind === 'until' ? format.moment(grant.end.at, now) : 'unused for too long'
}

function endOfDay(now: number): number {
  return new Date(now).setHours(23, 59, 59, 999)
}

function GrantMenu({ grant, now }: { grant: Grant; now: number }) {
  const { bridge } = useStores()
  const [noting, setNoting] = useState(false)
  const act = useAct()
  const extend = (end: GrantEnd) =>
    void act('Its end was not moved', () => bridge.call('grants.extend', { id: grant.id, end }))
  const narrower = narrowerScopes(grant.scope)
  return (
    <>
      <Menu trigger={<Button size="small" tone="quiet" iconOnly aria-label="More" icon={<Ellipsis />} />}>
        <MenuLabel>Let it end</MenuLabel>
        <MenuItem icon={<CalendarPlus />} onSelect={() => extend({ kind: 'until', at: now + 3_600_000 })}>
          In an hour
        </MenuItem>
        <MenuItem icon={<CalendarPlus />} onSelect={() => extend({ kind: 'until', at: endOfDay(now) })}>
          Tonight
        </MenuItem>
        <MenuItem icon={<CalendarPlus />} onSelect={() => extend({ kind: 'unused', days: 14 })}>
          When unused for 14 days
        </MenuItem>
        {narrower.length > 0 && <MenuLine />}
        {narrower.length > 0 && <MenuLabel>Narrow it to</MenuLabel>}
        {narrower.map(({ words, scope }) => (
          <MenuItem
            key={words}
            icon={<Shrink />}
            onSelect={() =>
              void act('It was not narrowed', () => bridge.call('grants.narrow', { id: grant.id, scope }))
            }
          >
            {words}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem icon={<NotebookPen />} onSelect={() => setNoting(true)}>
          {grant.note ? 'Change the note …' : 'Add a note …'}
        </MenuItem>
      </Menu>
      <NoteDialog key={grant.note} grant={grant} open={noting} onClose={() => setNoting(false)} />
    </>
  )
}

function NoteDialog({ grant, open, onClose }: { grant: Grant; open: boolean; onClose: () => void }) {
  const { bridge } = useStores()
  const [note, setNote] = useState(grant.note)
  const act = useAct()
  const save = async () => {
    if (
      await act('The note was not saved', () =>
        bridge.call('grants.note', { id: grant.id, note: note.trim() }),
      )
    )
      onClose()
  }
  return (
    <Dialog
      open={open}
      title="Note on this permission"
      about={<ShownText text={grant.words} field="argument" />}
      onClose={onClose}
      onSubmit={() => void save()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit">
            Save
          </Button>
        </>
      }
    >
      <Field label="Note">
        {(ids) => (
          <TextInput
            {...ids}
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
    </Dialog>
  )
}
