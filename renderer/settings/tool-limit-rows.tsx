import { useStore } from 'zustand'
import type { ToolLimitCaps } from '../../contract/manifest.ts'
import { useStores } from '../app/stores.ts'
import { NumberControl } from './number-control.tsx'
import { LIMIT_ROWS, type LimitRow } from './setting-list.ts'
import { SettingWords } from './setting-words.tsx'

/** What one call of any tool may take: as much as a manifest can state, or a policy file leaves, and down from there. */
export function ToolLimitRows({ own }: { own: ToolLimitCaps }) {
  return LIMIT_ROWS.map((row) => <LimitControl key={row.name} row={row} own={own} />)
}

function LimitControl({
  row: { name, label, about, unit, scale, min, max },
  own,
}: {
  row: LimitRow
  own: ToolLimitCaps
}) {
  const { settings } = useStores()
  const { change, locked, faults, fileLimits } = useStore(settings)
  const most = Math.min(fileLimits[name] ?? max, max)
  const bound = `${fileLimits[name] === undefined ? 'Up to' : 'A policy file leaves'} ${most / scale} ${unit}.`
  const value = Math.min(own[name] ?? most, most)
  const id = `setting-tool-${name}`
  return (
    <li>
      <SettingWords
        id={id}
        label={label}
        about={`${bound} ${about}`}
        locked={locked.toolLimits}
        fault={faults.toolLimits}
      />
      <NumberControl
        key={value}
        id={id}
        min={min}
        max={most}
        unit={unit}
        scale={scale}
        value={value}
        locked={locked.toolLimits !== undefined}
        onSet={(next) => void change('toolLimits', { [name]: next })}
      />
    </li>
  )
}
