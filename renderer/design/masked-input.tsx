import { X } from 'lucide-react'
import { Button } from './button.tsx'
import { plural } from './format.ts'

/**
 * A field for a secret. What has several lines (a private key, a file of an account) is kept as it was pasted: a field
 * of one line would take the line ends out without a word, and what is stored would be another value.
 */
export function MaskedInput({
  value,
  onChange,
  shown = false,
  ...ids
}: {
  value: string
  onChange: (value: string) => void
  /** In the clear. */
  shown?: boolean
  id?: string
  'aria-describedby'?: string | undefined
  'data-control'?: string
}) {
  const lines = value.split('\n').length
  if (lines > 1)
    return (
      <div className="masked-lines">
        <output {...ids} className="input mono" aria-live="polite">
          {shown ? value : `${plural(lines, 'line')}, ${plural(value.length, 'character')}, as pasted`}
        </output>
        <Button iconOnly tone="quiet" aria-label="Take it out" icon={<X />} onClick={() => onChange('')} />
      </div>
    )
  return (
    <input
      {...ids}
      className="input mono"
      type={shown ? 'text' : 'password'}
      autoComplete="off"
      spellCheck={false}
      maxLength={LONGEST}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onPaste={(event) => {
        const text = wholeLines(event.clipboardData.getData('text/plain'))
        if (text === null) return
        event.preventDefault()
        onChange(text)
      }}
    />
  )
}

/** As the broker takes it. */
const LONGEST = 16_384

/** What was pasted, if it has several lines and fits: its line ends as files have them. A line end alone at the end is none. */
export function wholeLines(pasted: string): string | null {
  const text = pasted.replace(/\r\n?/g, '\n')
  return text.trim().includes('\n') && text.length <= LONGEST ? text : null
}
