/**
 * One entry as the text that is stored and hashed: canonical JSON of what differs from the defaults, with its number
 * and its time. Callers are inside the broker and are trusted to hand in the right types; what could come from outside
 * (names, paths, sentences) is cut to the contract's limits here, never refused: an intent that can't be written would
 * stop the work of an agent that meets a long path. Details over the limit are replaced by their hash and their start.
 */
import { hash } from 'node:crypto'
import { type ActivityEntry, ENTRY_BYTES, type NewEntry } from '../../contract/activity.ts'
import { canonicalJson } from './canonical-json.ts'
import { jsonOf } from './chain.ts'

/** An entry without its proof: all that was appended, its number and its time. */
export type EntryFields = Omit<ActivityEntry, 'hash' | 'prev'>

/** Text of the next entry: fields in canonical order, defaults left out. */
export function encodeEntry(entry: NewEntry, seq: number, at: number): string {
  const text = writeEntry(entry, entry.details, seq, at)
  // A UTF-16 unit is at most three bytes, so most texts need no counting.
  if (text.length * 3 <= ENTRY_BYTES || Buffer.byteLength(text) <= ENTRY_BYTES) return text
  return writeEntry(entry, shorten(entry.details ?? {}), seq, at)
}

/** An entry's fields, defaults filled in. Not checked against the schema: the text is our own, and the chain's to prove. */
export function readEntry(text: string): EntryFields {
  const fields = JSON.parse(jsonOf(text)) as Partial<ActivityEntry>
  return { ...DEFAULTS, because: [], details: {}, ...fields } as EntryFields
}
const DEFAULTS = {
  principal: null,
  run: null,
  callId: null,
  tool: null,
  capability: null,
  decision: null,
  asked: false,
  lamps: null,
  ref: null,
  ok: null,
  durationMs: null,
}

function writeEntry(entry: NewEntry, details: NewEntry['details'], seq: number, at: number): string {
  const { principal, run, tool, lamps, because } = entry
  const own = details === undefined || isEmpty(details) ? undefined : canonicalJson(details)
  // Two calls: details have keys of any order, and are written once.
  const before = JSON.stringify({
    asked: entry.asked || undefined,
    at,
    because: because?.length ? because.slice(0, 20).map(becauseOf) : undefined,
    callId: entry.callId ?? undefined,
    capability: entry.capability ?? undefined,
    decision: entry.decision ?? undefined,
  })
  const after = JSON.stringify({
    durationMs:
      entry.durationMs == null ? undefined : Math.max(0, Math.round(entry.durationMs * 1000) / 1000),
    kind: entry.kind,
    lamps: lamps ? { outside: lamps.outside, private: lamps.private, send: lamps.send } : undefined,
    ok: entry.ok ?? undefined,
    principal: principal
      ? { id: principal.id, kind: principal.kind, name: cut(principal.name, 120) }
      : undefined,
    ref: entry.ref ?? undefined,
    run: run ? { id: run.id, title: cut(run.title, 200) } : undefined,
    seq,
    subject: cut(entry.subject, 2000),
    tool: tool ? { hash: tool.hash, name: tool.name, version: cut(tool.version, 40) } : undefined,
  })
  return own === undefined
    ? `${before.slice(0, -1)},${after.slice(1)}`
    : `${before.slice(0, -1)},"details":${own},${after.slice(1)}`
}

const becauseOf = (because: NonNullable<NewEntry['because']>[number]) => ({
  layer: because.layer,
  rule: cut(because.rule, 200),
  text: cut(because.text, 1000),
})

/** Binds the whole by its hash and keeps its start for reading. */
function shorten(details: Record<string, unknown>): Record<string, unknown> {
  const whole = canonicalJson(details)
  return {
    shortened: true,
    bytes: Buffer.byteLength(whole),
    sha256: hash('sha256', whole, 'hex'),
    start: whole.slice(0, 8_000),
  }
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}
const cut = (text: string, limit: number) => (text.length <= limit ? text : `${text.slice(0, limit - 1)}…`)
