import { useState } from 'react'
import { useStore } from 'zustand'
import type { Settings } from '../../contract/settings.ts'
import { useStores } from '../app/stores.ts'
import { Skeleton } from '../design/empty-state.tsx'
import { Select, Switch, TextInput } from '../design/field.tsx'
import { AlertSwitches } from './alert-switches.tsx'
import { DrillRow } from './drill-row.tsx'
import { NumberControl } from './number-control.tsx'
import { CONTAINMENT_GROUP, SETTING_GROUPS, type SettingRow, STOP_GROUP } from './setting-list.ts'
import { SettingWords } from './setting-words.tsx'
import { ToolLimitRows } from './tool-limit-rows.tsx'
import './settings.css'

/** Every setting; a change counts at once. What an organization has locked says so, with its reason. */
export function SettingsPage() {
  const { settings } = useStores()
  const { settings: values, locked, fault } = useStore(settings)
  return (
    <div className="page">
      <div className="page-inner narrow">
        <div className="page-bar">
          <span className="about">Changes count at once.</span>
        </div>
        {!values && (fault ? <p className="dim">{fault}</p> : <Skeleton />)}
        {values &&
          SETTING_GROUPS.map(({ title, rows }) => (
            <section key={title} className="section" aria-label={title}>
              <header>
                <h2>{title}</h2>
              </header>
              <ul className="card ruled settings">
                {rows.map((row) => (
                  <Row key={row.key} row={row} values={values} />
                ))}
                {title === CONTAINMENT_GROUP && <ToolLimitRows own={values.toolLimits} />}
                {title === STOP_GROUP && <DrillRow />}
              </ul>
            </section>
          ))}
        {values && <AlertSwitches muted={values.mutedAlerts} locked={'mutedAlerts' in locked} />}
      </div>
    </div>
  )
}

function Row({ row, values }: { row: SettingRow; values: Settings }) {
  const { settings } = useStores()
  const locked = useStore(settings, (state) => state.locked[row.key])
  const fault = useStore(settings, (state) => state.faults[row.key])
  const id = `setting-${row.key}`
  return (
    <li>
      <SettingWords id={id} label={row.label} about={row.about} locked={locked} fault={fault} />
      <Control row={row} values={values} id={id} locked={locked !== undefined} />
    </li>
  )
}

function Control({
  row,
  values,
  id,
  locked,
}: {
  row: SettingRow
  values: Settings
  id: string
  locked: boolean
}) {
  const { settings } = useStores()
  const change = useStore(settings, (state) => state.change)
  const { key, control } = row
  const value = values[key]
  const set = (next: unknown) => void change(key, next as never)
  if (control.kind === 'switch')
    return <Switch id={id} checked={value === true} disabled={locked} onChange={set} />
  if (control.kind === 'choice')
    return (
      <Select id={id} slim value={String(value)} disabled={locked} choices={control.choices} onChange={set} />
    )
  if (control.kind === 'number')
    return (
      <NumberControl
        key={String(value)}
        id={id}
        {...control}
        value={Number(value)}
        locked={locked}
        onSet={set}
      />
    )
  return (
    <TextControl
      key={String(value)}
      id={id}
      placeholder={control.placeholder}
      mono={control.mono}
      value={String(value)}
      locked={locked}
      onSet={set}
    />
  )
}

function TextControl({
  id,
  placeholder,
  mono,
  value,
  locked,
  onSet,
}: {
  id: string
  placeholder: string
  mono: boolean
  value: string
  locked: boolean
  onSet: (value: string) => void
}) {
  const [text, setText] = useState(value)
  const done = () => text.trim() !== value && onSet(text.trim())
  return (
    <TextInput
      id={id}
      mono={mono}
      className="setting-text"
      placeholder={placeholder}
      disabled={locked}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => event.key === 'Enter' && done()}
    />
  )
}
