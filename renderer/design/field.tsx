import { ChevronDown } from 'lucide-react'
import { Switch as RadixSwitch } from 'radix-ui'
import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'

export interface FieldIds {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': boolean | undefined
}

/** Label, control, hint, fault; tied together for screen readers. */
export function Field({
  label,
  hint,
  fault = '',
  hideLabel = false,
  children,
}: {
  label: string
  hint?: ReactNode
  fault?: string
  hideLabel?: boolean
  children: (ids: FieldIds) => ReactNode
}) {
  const id = useId()
  const described = [hint ? `${id}-hint` : '', fault ? `${id}-fault` : ''].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : 'label'}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': fault ? true : undefined,
      })}
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {fault && (
        <span className="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
    </div>
  )
}

export function TextInput({
  mono = false,
  className = '',
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { mono?: boolean }) {
  return (
    <input
      spellCheck={false}
      autoComplete="off"
      {...rest}
      className={`input${mono ? ' mono' : ''} ${className}`}
    />
  )
}

export function TextArea({
  mono = false,
  className = '',
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { mono?: boolean }) {
  return <textarea {...rest} className={`input${mono ? ' mono' : ''} ${className}`} />
}

/** The system's own select: keyboard, screen reader and long lists work as people know them. */
export function Select<T extends string>({
  value,
  choices,
  onChange,
  slim = false,
  ...rest
}: Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value'> & {
  value: T
  choices: { value: T; label: string; disabled?: boolean }[]
  onChange: (value: T) => void
  slim?: boolean
}) {
  return (
    <span className={slim ? 'select-wrap slim' : 'select-wrap'}>
      <select
        {...rest}
        className="input"
        value={value}
        onChange={(event) => onChange(event.target.value as T)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} disabled={choice.disabled}>
            {choice.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden="true" />
    </span>
  )
}

export function Switch({
  checked,
  disabled = false,
  onChange,
  ...ids
}: {
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
  id?: string
  'aria-label'?: string
  'aria-describedby'?: string | undefined
}) {
  return (
    <RadixSwitch.Root
      className="switch"
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
      {...ids}
    >
      <RadixSwitch.Thumb />
    </RadixSwitch.Root>
  )
}

export function Check({
  checked,
  disabled = false,
  onChange,
  children,
}: {
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
  children: ReactNode
}) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{children}</span>
    </label>
  )
}
