/**
 * One run while it lasts: what it shows, kept in memory, told to the pages as it grows, and written to the store when
 * something begins or is settled (each write waits for the disk). After its end nothing changes any more, whatever
 * still comes in.
 */
import { setTimeout } from 'node:timers'
import type { RunItem, RunState, RunSummary } from '../../contract/agent.ts'
import type { Clock } from '../ports.ts'

export type ItemOf<K extends RunItem['kind']> = Extract<RunItem, { kind: K }>
type CallState = ItemOf<'call'>['state']

export interface RunRecord {
  readonly id: string
  summary(): RunSummary
  items(): RunItem[]
  ended(): boolean
  /** Adds a settled item. */
  add(item: ItemOf<'prompt'> | ItemOf<'note'>): void
  note(tone: ItemOf<'note'>['tone'], text: string): void
  /** Text of the model; grows, and is written when it is finished. */
  openText(): { append(text: string): void; finish(): string }
  openCall(call: Pick<ItemOf<'call'>, 'tool' | 'function' | 'title' | 'input'>): {
    id: string
    update(change: Partial<Pick<ItemOf<'call'>, 'state' | 'summary' | 'effects'>>): void
  }
  /** Told at once, written with the next `save` or the end. */
  update(change: Partial<Pick<RunSummary, 'state' | 'lamps' | 'calls' | 'tokens' | 'undoable'>>): void
  save(): void
  /** The first end counts; true when it was this one. `words` is a sentence, empty when all went well. */
  end(state: RunState, words: string): boolean
}
export interface RunRecordParts {
  clock: Clock
  newId(kind: string): string
  /** Durable when it returns. */
  write(summary: RunSummary): void
  writeItem(runId: string, order: number, item: RunItem): void
  tell(summary: RunSummary): void
  tellItem(runId: string, item: RunItem): void
}
/** Milliseconds between two messages about text that grows. */
const TEXT_BEAT = 50

export function createRunRecord(parts: RunRecordParts, first: RunSummary): RunRecord {
  const { clock, newId } = parts
  const items: RunItem[] = []
  let summary = first

  const show = (item: RunItem, at: number) => {
    items[at] = item
    parts.tellItem(summary.id, item)
  }
  const settle = (item: RunItem, at: number) => {
    parts.writeItem(summary.id, at, item)
    show(item, at)
  }
  const update: RunRecord['update'] = (change) => {
    if (summary.endedAt !== null) return
    const changed = Object.entries(change).some(
      ([key, value]) => JSON.stringify(summary[key as keyof RunSummary]) !== JSON.stringify(value),
    )
    if (!changed) return
    summary = { ...summary, ...change }
    parts.tell(summary)
  }
  parts.write(summary)
  parts.tell(summary)

  return {
    id: first.id,
    summary: () => summary,
    items: () => [...items],
    ended: () => summary.endedAt !== null,
    add(item) {
      if (summary.endedAt === null) settle(item, items.length)
    },
    note(tone, text) {
      if (summary.endedAt === null)
        settle({ kind: 'note', id: newId('item'), at: clock(), tone, text }, items.length)
    },
    openText() {
      const at = items.length
      show({ kind: 'text', id: newId('item'), at: clock(), text: '', done: false }, at)
      let timer: NodeJS.Timeout | null = null
      const current = () => items[at] as ItemOf<'text'>
      return {
        append(text) {
          if (summary.endedAt !== null) return
          items[at] = { ...current(), text: current().text + text }
          timer ??= setTimeout(() => {
            timer = null
            parts.tellItem(summary.id, current())
          }, TEXT_BEAT)
        },
        finish() {
          if (timer) clearTimeout(timer)
          timer = null
          if (summary.endedAt === null) settle({ ...current(), done: true }, at)
          return current().text
        },
      }
    },
    openCall(call) {
      const item: RunItem = {
        kind: 'call',
        id: newId('item'),
        at: clock(),
        ...call,
        state: 'running',
        summary: '',
        effects: [],
      }
      const at = items.length
      settle(item, at)
      return {
        id: item.id,
        update(change) {
          if (summary.endedAt !== null) return
          const next = { ...(items[at] as ItemOf<'call'>), ...change }
          if (OPEN.includes(next.state)) show(next, at)
          else settle(next, at)
        },
      }
    },
    update,
    save() {
      if (summary.endedAt === null) parts.write(summary)
    },
    end(state, words) {
      if (summary.endedAt !== null) return false
      for (const [at, item] of items.entries()) {
        const closed = closeItem(item, words)
        if (closed) settle(closed, at)
      }
      summary = { ...summary, state, ended: words, endedAt: clock() }
      parts.write(summary)
      parts.tell(summary)
      return true
    },
  }
}

const OPEN: readonly CallState[] = ['running', 'asking']

/** What an item that was open becomes when its run ends; null when it was settled. */
export function closeItem(item: RunItem, words: string): RunItem | null {
  if (item.kind === 'text') return item.done ? null : { ...item, done: true }
  if (item.kind !== 'call' || !OPEN.includes(item.state)) return null
  const effects = item.effects.map((effect) =>
    effect.state === 'open' || effect.state === 'asking' ? { ...effect, state: 'failed' as const } : effect,
  )
  return { ...item, state: 'failed', summary: words === '' ? 'Ended with the run.' : words, effects }
}
