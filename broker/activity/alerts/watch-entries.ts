/** Runs the alert rules over entries as they are written, behind the writer, and tells and records what they find. */
import { randomUUID } from 'node:crypto'
import type { ActivityLog, Clock, DocumentStore } from '../../ports.ts'
import type { EntryFields } from '../entry-bytes.ts'
import type { AlertRule, RuleMemory } from './alert-rule.ts'
import { burstOfDenials } from './burst-of-denials.ts'
import { chainBroken } from './chain-broken.ts'
import { newHostAfterOutsideText } from './new-host-after-outside-text.ts'
import { sandboxWeaker } from './sandbox-weaker.ts'
import { secretUsedByNewTool } from './secret-used-by-new-tool.ts'
import { unusualVolumeOut } from './unusual-volume-out.ts'
import { workWhileLocked } from './work-while-locked.ts'

export const ALERT_RULES: readonly AlertRule[] = [
  newHostAfterOutsideText,
  burstOfDenials,
  unusualVolumeOut,
  secretUsedByNewTool,
  workWhileLocked,
  chainBroken,
  sandboxWeaker,
]

export interface AlertsOptions {
  log: Pick<ActivityLog, 'append'> & {
    onEntry(fn: (entry: EntryFields) => void): () => void
    /** What this run of the app wrote before anyone watched: the log speaks first when it finds itself set back. */
    openedAt(): number
    entriesAfter(after: number, limit: number): EntryFields[]
  }
  documents: DocumentStore
  clock: Clock
  /** Ids of rules that the person does not want to hear of. */
  muted(): readonly string[]
  locked(): boolean
  emit(alert: { id: string; at: number; rule: string; text: string; seq?: number }): void
  onFault?: (error: unknown) => void
}

const KIND = 'alert-memory'
const WORDS_KEPT = 5_000

/** Returns the end of it. */
export function watchEntries(options: AlertsOptions): () => void {
  const { log, documents, clock, muted, locked, emit, onFault = () => {} } = options
  const watches = ALERT_RULES.map((rule) => ({
    rule,
    look: rule.start({ memory: rememberIn(documents, rule.id, onFault), locked }),
  }))
  let waiting: EntryFields[] = []
  let telling = false

  function tell(rule: AlertRule, entry: EntryFields, text: string): void {
    if (muted().includes(rule.id)) return
    const { principal, run, tool, callId } = entry
    telling = true
    let seq: number | undefined
    try {
      ;({ seq } = log.append({
        ...{ kind: 'alert', subject: text, principal, run, tool, callId },
        details: { rule: rule.id, title: rule.title, because: rule.words, about: entry.seq },
      }))
    } catch (error) {
      // The person is told all the same; that the record can't be written is said by itself.
      onFault(error)
    } finally {
      telling = false
    }
    emit({
      ...{ id: `alert_${randomUUID()}`, at: clock(), rule: rule.id, text },
      ...(seq === undefined ? {} : { seq }),
    })
  }
  function lookAtAll(): void {
    const entries = waiting
    waiting = []
    for (const entry of entries) {
      for (const { rule, look } of watches) {
        try {
          const text = look(entry)
          if (text !== null) tell(rule, entry, text)
        } catch (error) {
          onFault(error)
        }
      }
    }
  }
  /** Alerts that the log itself wrote are told as they stand. */
  function passOn(entry: EntryFields): void {
    const rule = String(entry.details.rule ?? '')
    if (muted().includes(rule)) return
    emit({ id: `alert_${randomUUID()}`, at: clock(), rule, text: entry.subject, seq: entry.seq })
  }
  const early = log.entriesAfter(log.openedAt(), EARLY).filter(({ kind }) => kind === 'alert')
  // Whoever shows alerts is connected a moment later.
  const timer = early.length > 0 ? setTimeout(() => early.forEach(passOn), EARLY_MS).unref() : undefined
  const leave = log.onEntry((entry) => {
    if (entry.kind === 'alert') {
      if (!telling) passOn(entry)
      return
    }
    if (waiting.push(entry) === 1) setImmediate(lookAtAll)
  })
  return () => {
    leave()
    clearTimeout(timer)
    waiting = []
  }
}
const EARLY = 100
const EARLY_MS = 2_000

function rememberIn(documents: DocumentStore, rule: string, onFault: (error: unknown) => void): RuleMemory {
  const stored = documents.get(KIND, rule)
  let words = Array.isArray(stored) ? stored.filter((word): word is string => typeof word === 'string') : []
  const known = new Set(words)
  const keep = (next: string[]) => {
    words = next.slice(-WORDS_KEPT)
    known.clear()
    for (const word of words) known.add(word)
    try {
      documents.put(KIND, rule, words)
    } catch (error) {
      // It may be told once more after a restart; now it must not be kept back.
      onFault(error)
    }
  }
  return {
    has: (word) => known.has(word),
    startingWith: (prefix) => words.filter((word) => word.startsWith(prefix)),
    add: (word) => keep([...words, word]),
    replace(prefix, word) {
      if (known.has(word) && words.filter((each) => each.startsWith(prefix)).length === 1) return
      keep([...words.filter((each) => !each.startsWith(prefix)), word])
    },
  }
}
