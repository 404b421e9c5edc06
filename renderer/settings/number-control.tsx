import { useState } from 'react'
import { TextInput } from '../design/field.tsx'

/** Counts when the field is left or Enter is pressed, never while it is being typed. */
export function NumberControl({
  id,
  min,
  max,
  unit,
  scale = 1,
  value,
  locked,
  onSet,
}: {
  id: string
  min: number
  max: number
  unit: string
  /** How much of the value is one of the unit that is typed. */
  scale?: number
  value: number
  locked: boolean
  onSet: (value: number) => void
}) {
  const [text, setText] = useState(String(value / scale))
  const done = () => {
    const next = Math.min(max, Math.max(min, Math.round((Number(text) || value / scale) * scale)))
    setText(String(next / scale))
    if (next !== value) onSet(next)
  }
  return (
    <span className="number-control">
      <TextInput
        id={id}
        type="number"
        className="number"
        min={min / scale}
        max={max / scale}
        step={scale === 1 ? 1 : 'any'}
        disabled={locked}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={done}
        onKeyDown={(event) => event.key === 'Enter' && done()}
      />
      <span className="faint small">{unit}</span>
    </span>
  )
}
