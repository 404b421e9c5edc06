/**
 * The runs that were, and those that are. A run that was under way when the broker ended, however it ended, reads as
 * interrupted after the next start: nothing is lost and nothing goes on by itself.
 */
import { type RunItem, RunItem as RunItemSchema, RunSummary, type RunView } from '../../contract/agent.ts'
import type { Json } from '../../contract/words.ts'
import type { Clock, DocumentStore } from '../ports.ts'
import type { Emit } from './open-agent-book.ts'
import { closeItem, createRunRecord, type RunRecord } from './run-record.ts'

const KIND = 'runs'
/** One kind for each run, so that one run's items are read without the others. */
const itemKind = (runId: string) => `run-items:${runId}`
const orderId = (order: number) => String(order).padStart(6, '0')
const INTERRUPTED = 'Sallyport ended while this run was under way. What it had done is in the activity log.'

export interface RunStoreOptions {
  store: DocumentStore
  clock: Clock
  newId(kind: string): string
  emit: Emit
  /** Ended runs kept; the oldest go. */
  keep?: number
}
export interface RunStore {
  begin(run: Pick<RunSummary, 'agentId' | 'agentName' | 'title' | 'tour'>): RunRecord
  /** Newest first. */
  list(query: { agentId?: string; limit: number }): RunSummary[]
  get(id: string): RunView | null
}

export function openRunStore({ store, clock, newId, emit, keep = 500 }: RunStoreOptions): RunStore {
  const summaries = load(store, clock)
  const live = new Map<string, RunRecord>()

  const parts = {
    clock,
    newId,
    write(summary: RunSummary) {
      store.put(KIND, summary.id, summary)
      summaries.set(summary.id, summary)
      if (summary.endedAt !== null) live.delete(summary.id)
    },
    writeItem: (runId: string, order: number, item: RunItem) =>
      store.put(itemKind(runId), orderId(order), item),
    tell: (summary: RunSummary) => emit('run', summary),
    tellItem: (runId: string, item: RunItem) => emit('runItem', { runId, item: item as unknown as Json }),
  }

  return {
    begin(run) {
      forgetOldest(store, summaries, keep - 1)
      const first = RunSummary.parse({
        ...run,
        id: newId('run'),
        state: 'running',
        startedAt: clock(),
        endedAt: null,
        lamps: { outside: false, private: false, send: false },
        calls: 0,
        tokens: 0,
      })
      const record = createRunRecord(parts, first)
      live.set(first.id, record)
      return record
    },
    list: ({ agentId, limit }) =>
      [...summaries.values()]
        .filter((summary) => agentId === undefined || summary.agentId === agentId)
        .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    get(id) {
      const summary = summaries.get(id)
      return summary ? { ...summary, items: live.get(id)?.items() ?? loadItems(store, id) } : null
    },
  }
}

function load(store: DocumentStore, clock: Clock): Map<string, RunSummary> {
  const summaries = new Map<string, RunSummary>()
  for (const { id, value } of store.list(KIND)) {
    const parsed = RunSummary.safeParse(value)
    if (!parsed.success) continue
    summaries.set(id, parsed.data.endedAt === null ? interrupt(store, parsed.data, clock()) : parsed.data)
  }
  return summaries
}

function interrupt(store: DocumentStore, summary: RunSummary, now: number): RunSummary {
  for (const [order, item] of loadItems(store, summary.id).entries()) {
    const closed = closeItem(item, INTERRUPTED)
    if (closed) store.put(itemKind(summary.id), orderId(order), closed)
  }
  const ended: RunSummary = { ...summary, state: 'interrupted', ended: INTERRUPTED, endedAt: now }
  store.put(KIND, summary.id, ended)
  return ended
}

function loadItems(store: DocumentStore, runId: string): RunItem[] {
  return store
    .list(itemKind(runId))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(({ value }) => {
      const parsed = RunItemSchema.safeParse(value)
      return parsed.success ? [parsed.data] : []
    })
}

function forgetOldest(store: DocumentStore, summaries: Map<string, RunSummary>, keep: number): void {
  const ended = [...summaries.values()]
    .filter(({ endedAt }) => endedAt !== null)
    .sort((a, b) => b.startedAt - a.startedAt)
  for (const { id } of ended.slice(keep)) {
    for (const item of store.list(itemKind(id))) store.delete(itemKind(id), item.id)
    store.delete(KIND, id)
    summaries.delete(id)
  }
}
