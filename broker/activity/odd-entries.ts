/** Entries that nobody thought of, with odd letters and marks, for tests of what finds them. The same ones each time. */
import type { NewEntry } from '../../contract/activity.ts'
import { type EntryFields, encodeEntry, readEntry } from './entry-bytes.ts'

export const START = 1_750_000_000_000
export const words = [
  'invoice',
  'invoices',
  'voice',
  'Münster',
  'munster',
  'ПЛАН',
  '合同',
  'a',
  'x1',
  '7',
  '77',
  '🦊fox',
  'ﬁle',
]
export const marks = [' ', '/', '-', '.', '_', '\n', '"', '*', '🦊', '\u0000', '\ud800', '’']
const people = ['tidy', 'post'].map((name) => ({ id: `agent_${name}`, kind: 'agent' as const, name }))

let state = 77
const below = (n: number) => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
  return Math.floor((state / 0x80000000) * n)
}
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
const sentence = (length: number) =>
  Array.from({ length: 1 + below(length) }, () => pick(words) + pick(marks)).join('')

function someEntry(open: number[]): NewEntry {
  const kind = open.length > 0 ? pick(['intent', 'decision', 'outcome', 'outcome'] as const) : 'intent'
  const common = {
    subject: sentence(5),
    principal: pick(people),
    details: below(2) ? { note: sentence(3), list: [below(90), sentence(1)], deep: { it: pick(words) } } : {},
  }
  if (kind === 'outcome')
    return { ...common, kind, ref: open.splice(below(open.length), 1)[0] ?? null, ok: below(2) === 0 }
  return {
    ...common,
    kind,
    run: { id: `run_${below(4)}`, title: sentence(2) },
    capability: pick(['fs.read', 'net.request'] as const),
    decision: kind === 'intent' ? 'allow' : pick(['deny', 'ask'] as const),
    asked: below(5) === 0,
    because: [{ layer: 'policy', rule: 'rule', text: sentence(3) }],
  }
}

interface OddLog {
  entries: EntryFields[]
  texts: { seq: number; text: string }[]
  /** By what they close. */
  closers: Map<number, EntryFields>
}

/** An entry each ten seconds, the first with number `first`. */
export function oddEntries(first: number, count: number): OddLog {
  const log: OddLog = { entries: [], texts: [], closers: new Map() }
  const open: number[] = []
  for (let seq = first; seq < first + count; seq++) {
    const text = encodeEntry(someEntry(open), seq, START + seq * 10_000)
    const entry = readEntry(text)
    if (entry.kind === 'intent') open.push(seq)
    if (entry.kind === 'outcome') log.closers.set(entry.ref ?? 0, entry)
    log.entries.push(entry)
    log.texts.push({ seq, text })
  }
  return log
}
