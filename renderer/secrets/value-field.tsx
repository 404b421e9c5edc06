import { Field, TextInput } from '../design/field.tsx'

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
      {(ids) => (
        <TextInput
          {...ids}
          mono
          type="password"
          maxLength={16_384}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}
