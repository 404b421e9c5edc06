import { ToggleGroup } from 'radix-ui'
import type { ReactNode } from 'react'

/** One choice out of a few, all of them in sight. */
export function Segmented<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: T
  choices: { value: T; label: ReactNode; disabled?: boolean }[]
  onChange: (value: T) => void
}) {
  return (
    <ToggleGroup.Root
      className="segmented"
      type="single"
      value={value}
      aria-label={label}
      onValueChange={(next) => next && onChange(next as T)}
    >
      {choices.map((choice) => (
        <ToggleGroup.Item key={choice.value} value={choice.value} disabled={choice.disabled}>
          {choice.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
