import { Plus, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Level } from '../../contract/perimeter.ts'
import { Button } from '../design/button.tsx'
import { Select, TextInput } from '../design/field.tsx'
import { PLAIN_LEVELS } from './perimeter-words.ts'

/** A group of perimeter lines: what stands in it, or that it is empty; how to add one. */
export function Group({
  title,
  about,
  empty,
  fault = '',
  children,
  add,
}: {
  title: string
  about?: string
  empty: string
  fault?: string
  children: ReactNode[]
  add: ReactNode
}) {
  return (
    <fieldset className="form-group">
      <legend>{title}</legend>
      {about && <p className="small faint">{about}</p>}
      {children.length > 0 ? (
        <ul className="ruled lines-list">{children}</ul>
      ) : (
        <p className="dim none-yet">{empty}</p>
      )}
      {fault && (
        <p className="fault-line" role="alert">
          {fault}
        </p>
      )}
      {add}
    </fieldset>
  )
}

export function Line({
  children,
  what,
  onRemove,
}: {
  children: ReactNode
  what: string
  onRemove: () => void
}) {
  return (
    <li>
      {children}
      <Button tone="quiet" iconOnly aria-label={`Remove ${what}`} icon={<X />} onClick={onRemove} />
    </li>
  )
}

/** One field that adds a line when it can be read, and says why when it can't. */
export function AddLine({
  label,
  placeholder,
  onAdd,
}: {
  label: string
  placeholder: string
  /** False: it can't be read. */
  onAdd: (text: string) => boolean
}) {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState(false)
  const add = () => {
    const taken = onAdd(text)
    setWrong(!taken)
    if (taken) setText('')
  }
  return (
    <span className="with-button">
      <TextInput
        mono
        aria-label={label}
        aria-invalid={wrong || undefined}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setWrong(false)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          if (text.trim() !== '') add()
        }}
      />
      <Button icon={<Plus />} disabled={text.trim() === ''} onClick={add}>
        Add
      </Button>
    </span>
  )
}

export const replace = <T,>(lines: T[], at: number, line: T): T[] => lines.with(at, line)
export const without = <T,>(lines: T[], at: number): T[] => lines.toSpliced(at, 1)

export function LevelSelect({
  label,
  value,
  neverQuiet = false,
  onChange,
}: {
  label: string
  value: Level
  /** It asks each time at least. */
  neverQuiet?: boolean
  onChange: (level: Level) => void
}) {
  const choices = neverQuiet ? PLAIN_LEVELS.filter((choice) => choice.value !== 'allow') : PLAIN_LEVELS
  const shown = neverQuiet && value === 'allow' ? 'ask' : value
  return <Select slim aria-label={label} value={shown} choices={choices} onChange={onChange} />
}
