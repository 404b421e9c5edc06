import { Field } from '../design/field.tsx'
import { MaskedInput } from '../design/masked-input.tsx'

/** Where a secret's value is typed: never shown, and gone from the page when it is stored. */
export function ValueField({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (value: string) => void
}) {
  return (
    <Field label={label}>
      {({ id, 'aria-describedby': describedBy }) => (
        <MaskedInput id={id} aria-describedby={describedBy} value={value} onChange={onChange} />
      )}
    </Field>
  )
}
