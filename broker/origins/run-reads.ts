/**
 * What one run has read, and what of it is whose. Noting a read keeps a reference and nothing more; records and texts
 * are taken apart when the index is asked for: here at the first side effect, on a thread (`run-judge.ts`) at once. Nothing that came from outside is ever forgotten in a run without
 * the run knowing (`partial`): what was read and dropped counts as if it stood in every value.
 */
import type { Origin, OriginKind } from '../../contract/origin.ts'
import type { Json } from '../../contract/words.ts'
import type {
  FieldOrigin,
  OwnField,
  OwnRecord,
  ReadCall,
  ReadIndex,
  ReadList,
  ReadText,
} from './read-index.ts'
import { foldedForm, identifiersOf } from './read-words.ts'

export const MOST_READS = 5_000
/** Characters that wait to be taken apart, and texts that are kept: a run that reads gigabytes costs no more memory. */
export const MOST_HELD = 8 * 1024 * 1024
const MOST_TEXT = 8 * 1024 * 1024
/** All that is kept of a run, records with their keys too. */
const MOST_KEPT = 32 * 1024 * 1024
const MOST_LEAVES = 200_000
const NAME_KEY = /(^|[a-z_ -])(name|title|filename|label|subject|heading|summary)_?$/i
const PERSON_NAME = /^(first|given)_?name$/i
const FAMILY_NAME = /^(last|family|sur)_?name$/i

export interface RunReads {
  /** `call` is what gave it, where a function of a tool did. */
  note(value: Json, origins: FieldOrigin[], call?: { name: string; input: Json }): void
  /** Something was read that is not kept. */
  lose(): void
  index(): ReadIndex
}

export function createRunReads(): RunReads {
  const waiting: { value: Json; origins: FieldOrigin[]; call: ReadCall | null }[] = []
  const index: ReadIndex = { records: [], lists: [], calls: [], outside: [], own: [], partial: false }
  let texts = 0
  let reads = 0
  let kept = 0
  /** Characters of what waits, about. */
  let held = 0
  return {
    note(value, origins, call) {
      reads += 1
      const size = sizeOf(value)
      if (reads > MOST_READS || held + size > MOST_HELD || kept + size > MOST_KEPT) index.partial = true
      else {
        held += size
        kept += size
        waiting.push({ value, origins, call: call ? readCall(call) : null })
      }
    },
    lose() {
      index.partial = true
    },
    index() {
      for (const { value, origins, call } of waiting.splice(0)) {
        if (call) index.calls.push(call)
        const taking = {
          index,
          call,
          origins: origins.map(splitField),
          left: MOST_LEAVES,
          texts: 0,
          room: MOST_TEXT - texts,
        }
        walk(value, [], '', taking, null)
        texts += taking.texts
      }
      held = 0
      return index
    },
  }
}

/**
 * Characters of all its texts, about: what keeping a value costs. Infinite for what is too large to be kept, or has more
 * parts than are taken apart: looking on would cost as much as taking it apart.
 */
export function sizeOf(value: Json): number {
  let size = 0
  let parts = 0
  const add = (each: Json): boolean => {
    if (++parts > MOST_LEAVES || size > MOST_HELD) return false
    if (typeof each === 'string') size += each.length
    if (typeof each !== 'object' || each === null) {
      size += 8
      return true
    }
    if (Array.isArray(each)) return each.every(add)
    for (const key in each) {
      size += key.length
      if (!add(each[key] as Json)) return false
    }
    return true
  }
  return add(value) && size <= MOST_HELD ? size : Number.POSITIVE_INFINITY
}

interface Labels {
  parts: string[]
  origin: Origin
  namedBy?: string
}
interface Taking {
  index: ReadIndex
  call: ReadCall | null
  origins: Labels[]
  left: number
  texts: number
  room: number
}

const splitField = (each: FieldOrigin): Labels => ({
  parts: each.field
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
  origin: each.origin,
  ...(each.namedBy === undefined ? {} : { namedBy: each.namedBy }),
})

/** The nearest declaration counts, of two equally near the later, of an outside and an own one for one place the outside. */
function originAt(origins: readonly Labels[], path: readonly string[]): Origin | null {
  let best: Labels | null = null
  for (const each of origins) {
    if (each.parts.length > path.length) continue
    if (!each.parts.every((part, at) => part === '*' || part === path[at])) continue
    if (!best || each.parts.length >= best.parts.length) best = each
  }
  return best?.origin ?? null
}

/** Null when it was called with more than a few plain values: then nothing is read out of how it was called. */
function readCall({ name, input }: { name: string; input: Json }): ReadCall | null {
  const values = typeof input === 'object' && input !== null ? Object.values(input) : [input]
  const given = values.filter((each) => each !== null && each !== '')
  const args = given.filter((each) => typeof each === 'string' || typeof each === 'number')
  return args.length === given.length && args.length <= 4 ? { name, args } : null
}

function walk(
  value: Json,
  path: string[],
  key: string,
  taking: Taking,
  record: OwnRecord | null,
  list: ReadList | null = null,
): void {
  if (taking.left-- <= 0) {
    taking.index.partial = true
    return
  }
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each !== 'object' || each === null))
      takeField(value, path, key, taking, record, true)
    else {
      const inner: ReadList = { call: taking.call, records: [], values: [], own: false }
      taking.index.lists.push(inner)
      for (const [at, each] of value.entries()) walk(each, [...path, String(at)], key, taking, null, inner)
      inner.own = inner.records.length === value.length
    }
    return
  }
  if (typeof value !== 'object' || value === null) {
    takeField([value], path, key, taking, record, false)
    return
  }
  const inner: OwnRecord = {
    fields: [],
    names: [],
    carried: [],
    source: originAt(taking.origins, path) ?? { kind: 'outside', source: 'unknown' },
  }
  for (const [name, each] of Object.entries(value)) {
    takeKey(name, each, path, key, taking)
    const nested = typeof each === 'object' && each !== null && !Array.isArray(each)
    const listed = Array.isArray(each) && each.some((item) => typeof item === 'object' && item !== null)
    walk(each, [...path, name], name, taking, nested || listed ? null : inner)
  }
  const [given] = inner.fields.filter((field) => PERSON_NAME.test(field.key)).flatMap((field) => field.values)
  const [family] = inner.fields
    .filter((field) => FAMILY_NAME.test(field.key))
    .flatMap((field) => field.values)
  if (given !== undefined && family !== undefined) inner.names.push(`${given} ${family}`)
  if (inner.fields.length === 0) return
  taking.index.records.push(inner)
  list?.records.push(inner)
}

function takeField(
  values: Json[],
  path: string[],
  key: string,
  taking: Taking,
  record: OwnRecord | null,
  list: boolean,
): void {
  const kept: (string | number)[] = []
  for (const [at, value] of values.entries()) {
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const place = list ? [...path, String(at)] : path
    const origin = originAt(taking.origins, place) ?? { kind: 'outside' as OriginKind, source: 'unknown' }
    takeText(String(value), origin, taking, record)
    if (origin.kind === 'own' || origin.kind === 'person') kept.push(value)
  }
  if (list) {
    const items = values.filter((each) => typeof each === 'string' || typeof each === 'number')
    const own = kept.length === values.length
    taking.index.lists.push({ call: taking.call, records: [], values: items, own })
  }
  if (kept.length === 0) return
  const field: OwnField = { key, values: kept, list }
  const declared = isDeclaredName(taking.origins, path)
  if (!record) {
    taking.index.records.push({
      fields: [field],
      names: [],
      carried: [],
      source: originAt(taking.origins, path) ?? { kind: 'own', source: '' },
    })
    return
  }
  record.fields.push(field)
  // A place that only names may do: a key that a person would read as a name.
  if (declared || NAME_KEY.test(key))
    for (const value of kept) if (typeof value === 'string') record.names.push(value)
}

/** A map by names ("City Hall": "1 Main Street") is a list of small records. */
function takeKey(name: string, value: Json, path: string[], key: string, taking: Taking): void {
  if (/^[a-z_$][a-z0-9_]*$/.test(name) || /^\d+$/.test(name)) return
  const values = Array.isArray(value) ? value : [value]
  if (!values.every((each) => typeof each === 'string' || typeof each === 'number')) return
  const kind = (place: string[]) => originAt(taking.origins, place)
  const source = kind(path)
  if (source?.kind !== 'own' || kind([...path, name])?.kind !== 'own') return
  const fields = [
    { key: 'name', values: [name], list: false },
    { key: key || 'value', values: values as (string | number)[], list: Array.isArray(value) },
  ]
  taking.index.records.push({ fields, names: [name], carried: [], source })
}

function isDeclaredName(origins: readonly Labels[], path: readonly string[]): boolean {
  return origins.some((each) => {
    const parts = each.namedBy?.split('/').slice(1)
    return parts?.length === path.length && parts.every((part, at) => part === '*' || part === path[at])
  })
}

function takeText(text: string, origin: Origin, taking: Taking, record: OwnRecord | null): void {
  if (text === '') return
  taking.texts += text.length
  if (taking.texts > taking.room) {
    taking.index.partial = true
    return
  }
  const own = origin.kind === 'own' || origin.kind === 'person'
  const read: ReadText = { words: foldedForm(text), identifiers: new Set(identifiersOf(text)), origin }
  ;(own ? taking.index.own : taking.index.outside).push(read)
  if (!own) record?.carried.push(read)
}

/** Does this value hold any outside text at all? Walks only as far as it must. */
export function holdsOutside(value: Json, origins: FieldOrigin[]): boolean {
  const labels = origins.map(splitField)
  if (!labels.some((each) => each.origin.kind === 'outside' || each.origin.kind === 'model')) return false
  let left = 10_000
  const seek = (each: Json, path: string[]): boolean => {
    if (left-- <= 0) return true
    if (each === null || typeof each === 'boolean' || each === '') return false
    if (typeof each === 'object')
      return Object.entries(each).some(([name, inner]) => seek(inner as Json, [...path, name]))
    const kind = originAt(labels, path)?.kind ?? 'outside'
    return kind === 'outside' || kind === 'model'
  }
  return seek(value, [])
}
