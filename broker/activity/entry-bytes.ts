/**
 * One entry as the text that is stored and hashed: canonical JSON of what differs from the defaults, with its number
 * and its time. Callers are inside the broker and are trusted to hand in the right types; what could come from outside
 * (names, paths, sentences) is cut to the contract's limits here, never refused: an intent that can't be written would
 * stop the work of an agent that meets a long path. Details over the limit are replaced by their hash and their start.
 */
import { hash } from 'node:crypto'
import { type ActivityEntry, ENTRY_BYTES, type NewEntry } from '../../contract/activity.ts'
import type { Lamps } from '../../contract/origin.ts'
import type { PrincipalRef, RunRef, ToolRef } from '../../contract/words.ts'
import { canonicalJson } from './canonical-json.ts'
import { jsonOf } from './chain.ts'

/** An entry without its proof: all that was appended, its number and its time. */
export type EntryFields = Omit<ActivityEntry, 'hash' | 'prev'>

/** Gives the text of an entry: fields in canonical order, defaults left out. */
export type EntryEncoder = (entry: NewEntry, seq: number, at: number) => string

export function createEntryEncoder(): EntryEncoder {
  const write = createEntryText()
  return (entry, seq, at) => {
    const text = write(entry, entry.details, seq, at)
    // A UTF-16 unit is at most three bytes, so most texts need no counting.
    if (text.length * 3 <= ENTRY_BYTES || Buffer.byteLength(text) <= ENTRY_BYTES) return text
    return write(entry, shorten(entry.details ?? {}), seq, at)
  }
}

/** For whoever writes one. */
export const encodeEntry: EntryEncoder = (entry, seq, at) => createEntryEncoder()(entry, seq, at)

/** An entry's fields, defaults filled in. Not checked against the schema: the text is our own, and the chain's to prove. */
export function readEntry(text: string): EntryFields {
  const fields = JSON.parse(jsonOf(text)) as Partial<EntryFields>
  // Field by field: whoever reads many of them is twice as fast when all are made alike.
  return {
    principal: fields.principal ?? null,
    run: fields.run ?? null,
    callId: fields.callId ?? null,
    tool: fields.tool ?? null,
    capability: fields.capability ?? null,
    decision: fields.decision ?? null,
    asked: fields.asked ?? false,
    lamps: fields.lamps ?? null,
    ref: fields.ref ?? null,
    ok: fields.ok ?? null,
    durationMs: fields.durationMs ?? null,
    because: fields.because ?? [],
    details: fields.details ?? {},
    at: fields.at as number,
    kind: fields.kind as EntryFields['kind'],
    seq: fields.seq as number,
    subject: fields.subject as string,
  }
}

/**
 * Written member by member, and joined in one go: what is hashed and stored must be in one piece. Who, in which run and
 * by which tool comes again and again.
 */
function createEntryText() {
  const principalText = keepText<PrincipalRef>(
    ({ id, kind, name }) => ({ id, kind, name: cut(name, 120) }),
    (a, b) => a.kind === b.kind && a.name === b.name,
    ({ id }) => id,
  )
  const runText = keepText<RunRef>(
    ({ id, title }) => ({ id, title: cut(title, 200) }),
    (a, b) => a.title === b.title,
    ({ id }) => id,
  )
  const toolText = keepText<ToolRef>(
    ({ hash, name, version }) => ({ hash, name, version: cut(version, 40) }),
    (a, b) => a.name === b.name && a.version === b.version,
    ({ hash }) => hash,
  )
  return (entry: NewEntry, details: NewEntry['details'], seq: number, at: number): string => {
    const { because, callId, capability, decision, durationMs, lamps, ok, principal, ref, run, tool } = entry
    return [
      entry.asked ? '{"asked":true,"at":' : '{"at":',
      at,
      because?.length ? `,"because":${JSON.stringify(because.slice(0, 20).map(becauseOf))}` : '',
      callId == null ? '' : `,"callId":${quote(callId)}`,
      capability == null ? '' : `,"capability":${quote(capability)}`,
      decision == null ? '' : `,"decision":${quote(decision)}`,
      details === undefined || isEmpty(details) ? '' : `,"details":${canonicalJson(details)}`,
      durationMs == null ? '' : `,"durationMs":${millis(durationMs)}`,
      `,"kind":${quote(entry.kind)}`,
      lamps ? lampsText(lamps) : '',
      ok == null ? '' : ok ? ',"ok":true' : ',"ok":false',
      principal ? `,"principal":${principalText(principal)}` : '',
      ref == null ? '' : `,"ref":${ref}`,
      run ? `,"run":${runText(run)}` : '',
      `,"seq":${seq},"subject":${quote(cut(entry.subject, 2000))}`,
      tool ? `,"tool":${toolText(tool)}}` : '}',
    ].join('')
  }
}

/** Of how many ids the text is kept. */
const TEXTS_KEPT = 200

/** Keeps the text of the fields that are written, as long as they are the same. */
function keepText<T>(
  written: (value: T) => T,
  isSame: (a: T, b: T) => boolean,
  idOf: (value: T) => string,
): (value: T) => string {
  const kept = new Map<string, { given: T; text: string }>()
  return (value) => {
    const known = kept.get(idOf(value))
    if (known !== undefined && isSame(known.given, value)) return known.text
    if (kept.size >= TEXTS_KEPT) kept.clear()
    const text = JSON.stringify(written(value))
    kept.set(idOf(value), { given: { ...value }, text })
    return text
  }
}

const becauseOf = (because: NonNullable<NewEntry['because']>[number]) => ({
  layer: because.layer,
  rule: cut(because.rule, 200),
  text: cut(because.text, 1000),
})
const lampsText = (lamps: Lamps): string =>
  `,"lamps":${JSON.stringify({ outside: lamps.outside, private: lamps.private, send: lamps.send })}`
function millis(ms: number): number | null {
  const rounded = Math.max(0, Math.round(ms * 1000) / 1000)
  return Number.isFinite(rounded) ? rounded : null
}

/** As JSON.stringify does it, which takes twice as long to find that nothing is to be escaped. */
const quote = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text))
const PLAIN = /^[ !#-[\]-~]*$/

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
