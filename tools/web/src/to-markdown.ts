/** A DOM as Markdown: headings, paragraphs, lists, links, code, quotes, tables. For reading, not for printing. */

/** What is used of a DOM node. */
export interface MarkdownNode {
  nodeType: number
  nodeName: string
  textContent: string | null
  childNodes: Iterable<MarkdownNode>
  getAttribute?(name: string): string | null
}
const ELEMENT = 1
const TEXT = 3
const BLOCKS =
  /^(P|DIV|SECTION|ARTICLE|MAIN|HEADER|ASIDE|FIGURE|FIGCAPTION|UL|OL|DL|DT|DD|TABLE|ADDRESS|DETAILS|SUMMARY|BODY)$/
/** Deeper than this is no text that a person wrote. */
const DEEPEST = 200

/** `base` is the page's address: links come out whole. */
export function toMarkdown(root: MarkdownNode, base: string): string {
  return render(root, { base, depth: 0, list: '' })
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

interface Place {
  base: string
  depth: number
  /** Indent of the list that this is in. */
  list: string
}

function render(node: MarkdownNode, place: Place): string {
  if (node.nodeType === TEXT) return (node.textContent ?? '').replace(/\s+/g, ' ')
  if (node.nodeType !== ELEMENT || place.depth > DEEPEST) return ''
  const name = node.nodeName.toUpperCase()
  const inside = () => renderAll(node, { ...place, depth: place.depth + 1 })
  const heading = /^H([1-6])$/.exec(name)
  if (heading) return `\n\n${'#'.repeat(Number(heading[1]))} ${inside().trim()}\n\n`
  switch (name) {
    case 'BR':
      return '\n'
    case 'HR':
      return '\n\n---\n\n'
    case 'A':
      return renderLink(node, inside(), place.base)
    case 'IMG':
      return node.getAttribute?.('alt') ? `[image: ${node.getAttribute('alt')}]` : ''
    case 'STRONG':
    case 'B':
      return wrap('**', inside())
    case 'EM':
    case 'I':
      return wrap('*', inside())
    case 'CODE':
      return wrap('`', node.textContent ?? '')
    case 'PRE':
      return `\n\n\`\`\`\n${(node.textContent ?? '').trimEnd()}\n\`\`\`\n\n`
    case 'BLOCKQUOTE':
      return `\n\n${inside().trim().replace(/^/gm, '> ')}\n\n`
    case 'UL':
    case 'OL':
      return renderList(node, name === 'OL', place)
    case 'TR':
      return `\n| ${cellsOf(node, place).join(' | ')} |`
    default:
      return BLOCKS.test(name) ? `\n\n${inside().trim()}\n\n` : inside()
  }
}

function renderAll(node: MarkdownNode, place: Place): string {
  let text = ''
  for (const child of node.childNodes) text += render(child, place)
  return text
}

function renderLink(node: MarkdownNode, text: string, base: string): string {
  const label = text.trim()
  const href = node.getAttribute?.('href') ?? ''
  if (label === '' || href === '' || href.startsWith('#') || !URL.canParse(href, base)) return text
  const { protocol, href: whole } = new URL(href, base)
  return ['https:', 'http:', 'mailto:'].includes(protocol) ? `[${label}](${whole})` : text
}

function renderList(node: MarkdownNode, numbered: boolean, place: Place): string {
  const inner = { ...place, depth: place.depth + 1, list: `${place.list}  ` }
  let number = 0
  let text = ''
  for (const child of node.childNodes) {
    if (child.nodeName.toUpperCase() !== 'LI') continue
    number += 1
    const item = renderAll(child, inner)
      .replace(/\n{2,}/g, '\n')
      .trim()
    text += `\n${place.list}${numbered ? `${number}.` : '-'} ${item}`
  }
  return place.list === '' ? `\n${text}\n\n` : text
}

function cellsOf(row: MarkdownNode, place: Place): string[] {
  const cells: string[] = []
  for (const child of row.childNodes)
    if (/^T[DH]$/i.test(child.nodeName))
      cells.push(
        renderAll(child, { ...place, depth: place.depth + 1 })
          .replace(/\s+/g, ' ')
          .trim(),
      )
  return cells
}

function wrap(mark: string, text: string): string {
  return text.trim() === '' ? text : `${mark}${text.trim()}${mark}${/\s$/.test(text) ? ' ' : ''}`
}
