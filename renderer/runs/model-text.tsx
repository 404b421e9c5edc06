import { useMemo } from 'react'
import { ShownText } from '../design/shown-text.tsx'
import { type Block, type Inline, readModelText } from './read-model-text.ts'

/** A model's words: formatted a little, never obeyed. Hidden characters are drawn. */
export function ModelText({ text }: { text: string }) {
  const blocks = useMemo(() => readModelText(text), [text])
  return (
    <div className="model-text select">
      {blocks.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks only grow at the end
        <BlockView key={at} block={block} />
      ))}
    </div>
  )
}

function BlockView({ block }: { block: Block }) {
  if (block.kind === 'code')
    return (
      <pre className="exact">
        <ShownText text={block.text} field="argument" quietLines />
      </pre>
    )
  if (block.kind === 'heading')
    return (
      <h3>
        <Inlines inlines={block.inlines} />
      </h3>
    )
  if (block.kind === 'paragraph')
    return (
      <p>
        <Inlines inlines={block.inlines} />
      </p>
    )
  const items = block.items.map((item, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items only grow at the end
    <li key={at}>
      <Inlines inlines={item} />
    </li>
  ))
  return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>
}

function Inlines({ inlines }: { inlines: Inline[] }) {
  return inlines.map(({ kind, text }, at) => {
    const shown = text.split('\n').map((line, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines of one stretch
      <span key={index}>
        {index > 0 && <br />}
        <ShownText text={line} field="argument" />
      </span>
    ))
    // biome-ignore lint/suspicious/noArrayIndexKey: stretches only grow at the end
    if (kind === 'code') return <code key={at}>{shown}</code>
    // biome-ignore lint/suspicious/noArrayIndexKey: stretches only grow at the end
    if (kind === 'strong') return <b key={at}>{shown}</b>
    // biome-ignore lint/suspicious/noArrayIndexKey: stretches only grow at the end
    return <span key={at}>{shown}</span>
  })
}
