/**
 * Reads a model's text into blocks: paragraphs, headings, lists, code. A small, honest part of Markdown. No links and
 * no images: an address is shown as the text it is, since a link or a picture is a way out for data and a way in for
 * tricks. Pure; unfinished text (a stream) reads the same as finished text.
 */
export type Inline = { kind: 'text' | 'strong' | 'code'; text: string }
export type Block =
  | { kind: 'paragraph'; inlines: Inline[] }
  | { kind: 'heading'; inlines: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'code'; text: string }

const ITEM = /^\s*(?:[-*•]|(\d+)[.)])\s+(.*)$/

export function readModelText(text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n')
  let paragraph: string[] = []
  const flush = () => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', inlines: readInlines(paragraph.join('\n')) })
    paragraph = []
  }
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const fence = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]
    const item = ITEM.exec(line)
    const heading = /^#{1,6}\s+(.*)$/.exec(line)
    if (fence) {
      flush()
      const end = lines.findIndex((other, index) => index > at && other.trim().startsWith(fence))
      const stop = end < 0 ? lines.length : end
      blocks.push({ kind: 'code', text: lines.slice(at + 1, stop).join('\n') })
      at = stop
    } else if (item) {
      flush()
      addItem(blocks, item[1] !== undefined, readInlines(item[2] ?? ''))
    } else if (heading) {
      flush()
      blocks.push({ kind: 'heading', inlines: readInlines(heading[1] ?? '') })
    } else if (line.trim() === '') flush()
    else paragraph.push(line)
  }
  flush()
  return blocks
}

function addItem(blocks: Block[], ordered: boolean, item: Inline[]): void {
  const last = blocks.at(-1)
  if (last?.kind === 'list' && last.ordered === ordered) last.items.push(item)
  else blocks.push({ kind: 'list', ordered, items: [item] })
}

export function readInlines(text: string): Inline[] {
  const inlines: Inline[] = []
  let from = 0
  for (const match of text.matchAll(/`([^`\n]+)`|\*\*([^*\n]+)\*\*/g)) {
    if (match.index > from) inlines.push({ kind: 'text', text: text.slice(from, match.index) })
    inlines.push(
      match[1] !== undefined ? { kind: 'code', text: match[1] } : { kind: 'strong', text: match[2] ?? '' },
    )
    from = match.index + match[0].length
  }
  if (from < text.length) inlines.push({ kind: 'text', text: text.slice(from) })
  return inlines
}
