/** What a person is told about a text that is drawn otherwise than it came: one sentence for each kind of finding. */
import { likenessOf } from './mark-look-alikes.ts'
import { codeMark, type Finding, MACHINE, type Piece, type ShownField } from './shown-pieces.ts'

const SENTENCES: Record<Finding, (some: string, count: number) => string> = {
  direction: (some, count) =>
    `Holds ${many(count, 'character')} that ${count === 1 ? 'turns' : 'turn'} the order of reading round (${some}).`,
  rtl: (_, count) => `Holds ${many(count, 'letter')} written from right to left: read it piece by piece.`,
  invisible: (some, count) => `Holds ${many(count, 'character')} that can’t be seen (${some}).`,
  space: (some, count) =>
    `Holds ${many(count, 'space')} that can’t be seen or ${count === 1 ? 'passes' : 'pass'} for a plain one (${some}).`,
  control: (some, count) => `Holds ${many(count, 'control character')} (${some}).`,
  newline: (_, count) => `Holds ${many(count, 'line break')} where one line is expected.`,
  lookalike: (some, count) =>
    `Holds ${many(count, 'character')} that ${count === 1 ? 'looks' : 'look'} like others (${some}).`,
  stacked: (some, count) =>
    `Holds ${many(count, 'mark')} stacked on or drawn over other characters (${some}).`,
  unknown: (some, count) => `Holds ${many(count, 'character')} without a known form (${some}).`,
  mark: (_, count) =>
    `Holds ${many(count, 'character')} that ${count === 1 ? 'imitates' : 'imitate'} the marks drawn here.`,
}
const MOST_NAMED = 5

export function warningsOf(pieces: Piece[], field: ShownField): string[] {
  const found = new Map<Finding, Piece[]>()
  for (const piece of pieces) {
    if (piece.finding === null || (piece.finding === 'rtl' && !MACHINE.has(field))) continue
    const list = found.get(piece.finding)
    if (list) list.push(piece)
    else found.set(piece.finding, [piece])
  }
  return [...found].map(([finding, list]) => SENTENCES[finding](nameSome(list, finding), countOf(list)))
}

/** In characters: a piece may hold many. */
function countOf(list: Piece[]): number {
  let count = 0
  for (const { text } of list) for (const _ of text) count++
  return count
}

function nameSome(list: Piece[], finding: Finding): string {
  const texts = new Set<string>()
  for (const { text } of list) for (const character of text) texts.add(character)
  const names = [...new Set([...texts].map((text) => nameOf(text, finding)))]
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
  return `${names.slice(0, MOST_NAMED).join(', ')}${more}`
}

function nameOf(text: string, finding: Finding): string {
  const code = codeMark(text).slice(1, -1)
  return finding === 'lookalike' ? `${code} like “${likenessOf(text) ?? '?'}”` : code
}

function many(count: number, noun: string): string {
  return count === 1 ? `a ${noun}` : `${count.toLocaleString('en-US')} ${noun}s`
}

/** What an address may hide in plain sight. */
export function addressWarnings(text: string): string[] {
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/*([^/?#\\]*)/.exec(text)?.[1] ?? ''
  const warnings: string[] = []
  if (authority.includes('@'))
    warnings.push('What stands before the @ is not the host: the request goes to what stands after it.')
  if (/(?:^|[.@])xn--/i.test(authority))
    warnings.push('The host is written with letters outside ASCII, in their encoded form (xn--…).')
  return warnings
}
