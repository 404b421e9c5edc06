import { ShownText } from '../design/shown-text.tsx'

/** A description as its author wrote it, with what stands between backticks as code. */
export function CodeWords({ text }: { text: string }) {
  return text.split(/(`[^`\n]+`)/).map((part, at) => {
    // biome-ignore-start lint/suspicious/noArrayIndexKey: the parts of one unchanging text
    if (part.length > 2 && part.startsWith('`') && part.endsWith('`'))
      return (
        <code key={at}>
          <ShownText text={part.slice(1, -1)} field="argument" />
        </code>
      )
    const words = part.trim()
    if (words === '') return part === '' ? null : ' '
    return (
      <span key={at}>
        {/^\s/.test(part) && ' '}
        <ShownText text={words} field="argument" quietLines />
        {/\s$/.test(part) && ' '}
      </span>
    )
    // biome-ignore-end lint/suspicious/noArrayIndexKey: see above
  })
}
