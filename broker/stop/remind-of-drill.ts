/**
 * Once a month a person is reminded to try Stop: a stop that was never tried is only believed to work. The reminder and
 * each drill are in the record.
 */
import type { ActivityLog, Clock, DocumentStore } from '../ports.ts'

export const DRILL_ALERT = {
  id: 'drill-due',
  title: 'Time for a drill',
  words: 'Stop was not tried for a month: neither in a drill nor in earnest.',
}
const MONTH_MS = 30 * 86_400_000
const LOOK_MS = 6 * 3_600_000
const FIRST_LOOK_MS = 120_000

export interface DrillOptions {
  documents: DocumentStore
  log: Pick<ActivityLog, 'append'>
  clock: Clock
  muted(): readonly string[]
  onFault(error: unknown): void
  firstLookMs?: number
}

/** Returns the end of it. The month counts from the last drill, or from the first start. */
export function remindOfDrill(options: DrillOptions): () => void {
  const { documents, log, clock, muted, onFault } = options
  function look(): void {
    const now = clock()
    const { since, remindedAt } = readDrill(documents) ?? { since: now, remindedAt: 0 }
    const due = now - Math.max(since, remindedAt) >= MONTH_MS && !muted().includes(DRILL_ALERT.id)
    if (due) {
      const text =
        'It is a month since Stop was last tried. A drill shows that it works: Settings, Stop, or `sallyport stop --drill`.'
      const { id, title, words } = DRILL_ALERT
      log.append({ kind: 'alert', subject: text, details: { rule: id, title, because: words } })
    }
    documents.put(KIND, ID, { since, remindedAt: due ? now : remindedAt })
  }
  const safely = () => {
    try {
      look()
    } catch (error) {
      onFault(error)
    }
  }
  const first = setTimeout(safely, options.firstLookMs ?? FIRST_LOOK_MS).unref()
  const timer = setInterval(safely, LOOK_MS).unref()
  return () => {
    clearTimeout(first)
    clearInterval(timer)
  }
}

/** Stop was pressed, for a drill or in earnest: the month begins anew. */
export function noteDrill(documents: DocumentStore, at: number): void {
  documents.put(KIND, ID, { since: at, remindedAt: 0 })
}

const KIND = 'stop'
const ID = 'drill'
function readDrill(documents: DocumentStore): { since: number; remindedAt: number } | null {
  const { since, remindedAt } = (documents.get(KIND, ID) ?? {}) as Record<string, unknown>
  return typeof since === 'number' && typeof remindedAt === 'number' ? { since, remindedAt } : null
}
