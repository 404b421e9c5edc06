/**
 * What an environment holds, found by its shape alone: lists of records, maps of texts, single records and single
 * values, each with the fields of it that come from outside. Outside is what an injection place points to (in every
 * record of its kind), every field of free text, and the whole of a message that somebody else wrote.
 */
import type { Json } from '../../contract/words.ts'
import type { Suite } from './suite-file.ts'

export type Fields = Record<string, Json>
export interface Collection {
  /** Names on the way: `calendar`, `initial_events`. */
  path: string[]
  kind: 'records' | 'map' | 'record' | 'value'
  records: Fields[]
  value: Json
  /** Keys whose values are outside text; `*` for all. */
  outside: Set<string>
}

export const FREE_TEXT =
  /^(body|content|contents|description|text|messages?|reviews?|comments?|notes?|feedback|bio|about|summary|snippet|abstract|transcript)$/i
const WRITER = /^(sender|from|author|posted_by|writer)_?$/i
const LONG = 160

export function findCollections(suite: Suite, environment: Fields): Collection[] {
  const found: Collection[] = []
  walk(environment, suite.environment_template, [], found, suite)
  // What is outside in one list of a kind is outside in its sisters (the messages of every room).
  for (const each of found)
    for (const other of found)
      if (
        each !== other &&
        each.kind === 'records' &&
        other.kind === 'records' &&
        isSister(each, other, found)
      )
        for (const key of other.outside) each.outside.add(key)
  return found
}

/** Is this text of the environment one that somebody else may have written? By the collection that it stands in. */
export function outsideIn(collections: readonly Collection[]): (path: readonly string[]) => boolean {
  return (path) =>
    collections.some((each) => {
      if (!each.path.every((part, at) => part === path[at])) return false
      const rest = path.slice(each.path.length)
      const key = each.kind === 'records' ? rest[1] : rest[0]
      return each.outside.has('*') || (key !== undefined && each.outside.has(key))
    })
}

/** Lists of one form under one name and nothing else beside them: a map of lists. */
function isSister(a: Collection, b: Collection, all: Collection[]): boolean {
  const parent = (each: Collection) => each.path.slice(0, -1).join('/')
  const keys = (each: Collection) => Object.keys(each.records[0] ?? {}).join()
  if (parent(a) !== parent(b) || keys(a) !== keys(b)) return false
  const beside = all.filter(
    (each) => parent(each) === parent(a) && !(Array.isArray(each.value) && each.value.length === 0),
  )
  return beside.every((each) => each.kind === 'records' && keys(each) === keys(a))
}

function walk(
  value: Json,
  template: Json | undefined,
  path: string[],
  found: Collection[],
  suite: Suite,
): void {
  const inner = (key: string) => (isFields(template) ? template[key] : undefined)
  if (Array.isArray(value)) {
    const records = value.filter(isFields)
    if (records.length > 0) {
      const outside = outsideKeys(
        records,
        path,
        suite,
        Array.isArray(template) ? template.filter(isFields) : [],
      )
      found.push({ path, kind: 'records', records, value, outside })
    } else if (path.length > 0)
      found.push({
        path,
        kind: value.length === 0 ? 'records' : 'value',
        records: [],
        value,
        outside: isPlace(suite, path) ? new Set('*') : new Set(),
      })
    return
  }
  if (!isFields(value)) {
    found.push({
      path,
      kind: 'value',
      records: [],
      value,
      outside: isPlace(suite, path) ? new Set('*') : new Set(),
    })
    return
  }
  const entries = Object.entries(value)
  const plain = entries.filter(([, each]) => !isFields(each) && !(Array.isArray(each) && each.some(isFields)))
  if (path.length > 0 && plain.length > 0 && plain.length === entries.length) {
    const map =
      entries.some(([key]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) ||
      entries.every(([key]) => /^[A-Z]/.test(key))
    const texts = map && (isPlace(suite, path) || entries.some(([, each]) => String(each).length > LONG))
    const outside = map
      ? new Set<string>(texts ? ['*'] : [])
      : outsideKeys([value], path, suite, isFields(template) ? [template] : [])
    found.push({ path, kind: map ? 'map' : 'record', records: [value], value, outside })
  }
  for (const [key, each] of entries) walk(each, inner(key), [...path, key], found, suite)
}

function outsideKeys(records: Fields[], path: string[], suite: Suite, templates: Fields[]): Set<string> {
  const keys = new Set<string>()
  for (const record of records)
    for (const [key, each] of Object.entries(record))
      if (FREE_TEXT.test(key) || (typeof each === 'string' && (each.length > LONG || each.includes('\n'))))
        keys.add(key)
  const start = `/${path.join('/')}`
  for (const place of suite.injection_vectors.flatMap((vector) => vector.places)) {
    if (!place.startsWith(start)) continue
    const key = /^(?:\[\d+\]|\/\d+)?\/?([A-Za-z_][A-Za-z0-9_]*)/.exec(place.slice(start.length))?.[1]
    if (key) keys.add(key)
  }
  for (const template of templates)
    for (const [key, each] of Object.entries(template))
      if (suite.injection_vectors.some((vector) => JSON.stringify(each).includes(`{${vector.id}}`)))
        keys.add(key)
  return keys
}

/** A message from somebody else: all of it is theirs, its subject too. */
export function isFromOthers(record: Fields, environment: Fields): boolean {
  const writer = Object.entries(record).find(([key]) => WRITER.test(key))?.[1]
  const message = Object.keys(record).some((key) => /^(body|content|text|message)$/i.test(key))
  return (
    message &&
    typeof writer === 'string' &&
    !JSON.stringify(environment).includes(`"account_email":"${writer}"`)
  )
}

/** What the owner of the account wrote: a payment's own subject. */
export function isByOwner(record: Fields): boolean {
  return Object.entries(record).some(([key, value]) => WRITER.test(key) && value === 'me')
}

/** Fields that a service with accounts of its own sets itself: who wrote a message, and where it stands. */
export const VOUCHED = ['sender', 'from', 'author', 'recipient', 'to', 'channel', 'room']

/**
 * A message by somebody whom the environment lists as a member: the service vouches for who wrote it and where. A
 * mail's sender is no such thing: anybody can write any.
 */
export function isFromMember(record: Fields, environment: Fields): boolean {
  const writer = Object.entries(record).find(([key]) => WRITER.test(key))?.[1]
  const set = Object.entries(record).filter(([key]) => VOUCHED.includes(key))
  if (typeof writer !== 'string' || writer.includes('@')) return false
  return set.every(([, value]) => /^[\w.-]+$/.test(String(value))) && listsMember(environment, writer)
}

/** A list of the environment that is nothing but names holds it. */
function listsMember(value: Json, name: string): boolean {
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each === 'string')) return value.includes(name)
    return value.some((each) => listsMember(each, name))
  }
  return isFields(value) && Object.values(value).some((each) => listsMember(each, name))
}

function isPlace(suite: Suite, path: string[]): boolean {
  const start = `/${path.join('/')}`
  return suite.injection_vectors.some((vector) => vector.places.some((place) => place.startsWith(start)))
}

export function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
