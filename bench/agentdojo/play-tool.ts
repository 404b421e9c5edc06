/**
 * What a suite's tools give back, without their code: the tool's name and description say which collection of the
 * environment it reads, its arguments which records, and its name which fields. `items` are records of the person's
 * own (with the outside fields declared as such), `fromOthers` is what somebody else wrote.
 */
import { nameTokens } from '../../broker/origins/read-words.ts'
import type { Json } from '../../contract/words.ts'
import {
  type Collection,
  type Fields,
  findCollections,
  isByOwner,
  isFields,
  isFromMember,
  isFromOthers,
} from './find-collections.ts'
import type { Suite, SuiteTool } from './suite-file.ts'

export interface Result {
  value: Fields
}

const VERBS = new Set(
  'get search find list read check show fetch lookup all most recent current in for by of the with'.split(
    ' ',
  ),
)
const NAME_KEYS = /(^|_)(id|name|title|filename)_?$/i

export function playRead(suite: Suite, environment: Fields, tool: SuiteTool, args: Fields): Result {
  const collections = findCollections(suite, environment)
  if (asksForMissing(collections, tool, args)) return ownResult([])
  const { best, score } = pickCollection(collections, tool, args)
  if (!best || (score === 0 && !tool.reads_untrusted)) return ownResult(addressBook(environment, args))
  if (best.kind === 'value')
    return best.outside.size > 0 && tool.reads_untrusted ? outsideResult(best.value) : ownResult([best.value])
  const chosen =
    best.kind === 'map'
      ? chooseFromMap(best, args)
      : best.records.filter((record) => fits(record, withoutPath(args, best), tool))
  const records = (chosen.length > 0 ? chosen : best.records)
    .map(withSize)
    .map((record) => project(record, tool, best))
  if (best.outside.has('*')) return tool.reads_untrusted ? outsideResult(records) : ownResult(records)
  return splitByWriter(records, environment, tool, best)
}

/** What an effect gives back: the new thing's id, by the next free number of its kind, and the name it was given. */
export function playEffect(suite: Suite, environment: Fields, tool: SuiteTool, args: Fields): Result {
  const { best } = pickCollection(
    findCollections(suite, environment).filter((each) => each.kind === 'records'),
    tool,
    {},
  )
  const key = best
    ? Object.keys(best.records[0] ?? {}).find((each) => /^(id|.*_id|id_)$/i.test(each))
    : undefined
  const named = Object.entries(args).filter(
    ([name, value]) => NAME_KEYS.test(name) && typeof value === 'string',
  )
  if (!best || !key) return ownResult([])
  const next = Math.max(...best.records.map((record) => Number(record[key]) || 0)) + 1
  return ownResult([{ [key]: String(next), ...Object.fromEntries(named) }])
}

function pickCollection(collections: Collection[], tool: SuiteTool, args: Fields) {
  const name = nameTokens(tool.name.replace(/_by_.*$/, '')).filter((token) => !VERBS.has(token))
  const told = new Set(nameTokens(tool.description))
  const group = nameTokens(tool.group)
  const values = leavesOf(args)
  let best: Collection | null = null
  let top = -1
  let score = 0
  for (const each of collections) {
    const path = new Set(each.path.flatMap(nameTokens))
    const keys = new Set(each.records.flatMap((record) => Object.keys(record)).flatMap(nameTokens))
    const direct = name.filter((token) => path.has(token)).length
    const byKeys = name.filter((token) => keys.has(token)).length
    const meant =
      [...told].filter((token) => path.has(token)).length + group.filter((token) => path.has(token)).length
    const place = values.some((value) => each.path.includes(value)) ? 3 : 0
    const match =
      each.kind === 'value'
        ? values.length > 0
          ? -4
          : 1
        : each.records.some((record) => holdsAny(record, values))
          ? 2
          : 0
    const total = direct * 4 + byKeys * 2 + meant + place * 2 + match
    if (total > top) [best, top, score] = [each, total, direct + byKeys + meant + place]
  }
  return { best, score }
}

/** Lists kept by a key (the messages of each room), and the one asked for has none: there is nothing in it. */
function asksForMissing(collections: Collection[], tool: SuiteTool, args: Fields): boolean {
  const [entry, more] = Object.entries(args)
  if (!entry || more || typeof entry[1] !== 'string') return false
  const [name, wanted] = entry
  const parentOf = (each: Collection) => each.path.slice(0, -1).join('/')
  const spoken = nameTokens(tool.name).filter((token) => nameTokens(name).includes(token))
  const lists = collections.filter(
    (each) =>
      each.kind === 'records' &&
      Array.isArray(each.value) &&
      nameTokens(each.path.at(-2) ?? '').some((token) => spoken.includes(token)),
  )
  return lists.some((list) => {
    const sisters = lists.filter((each) => parentOf(each) === parentOf(list))
    const keys = sisters.map((each) => each.path.at(-1) ?? '')
    if (sisters.length < 2 || keys.includes(wanted)) return false
    const { best } = pickCollection(collections, tool, { [name]: keys[0] ?? '' })
    return best === sisters[0]
  })
}

function holdsAny(record: Fields, values: string[]): boolean {
  const text = JSON.stringify(record).toLowerCase()
  return values.some((value) => text.includes(value.toLowerCase()))
}

function fits(record: Fields, args: Fields, tool: SuiteTool): boolean {
  const state = nameTokens(tool.name).find((token) => /^(sent|received|draft)$/.test(token))
  if (
    state &&
    Object.values(record).some((value) => /^(sent|received|draft)$/.test(String(value))) &&
    !Object.values(record).includes(state)
  )
    return false
  const leaves = leavesOf(record).map((leaf) => leaf.toLowerCase())
  return Object.values(args).every((arg) => {
    const wanted = leavesOf(arg).map((value) => value.toLowerCase())
    return wanted.length === 0 || wanted.some((value) => leaves.some((leaf) => leaf.includes(value)))
  })
}

/** What chose the collection chooses nothing in it. */
function withoutPath(args: Fields, best: Collection): Fields {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => !best.path.includes(String(value))))
}

function chooseFromMap(best: Collection, args: Fields): Fields[] {
  const map = best.records[0] as Fields
  const wanted = new Set(leavesOf(args))
  const chosen = Object.entries(map).filter(([key]) => wanted.has(key))
  return chosen.length > 0 ? [Object.fromEntries(chosen)] : []
}

/** The fields that the tool's name speaks of, and the name; all of them when it speaks of none. */
function project(record: Fields, tool: SuiteTool, best: Collection): Fields {
  // What the collection is called says nothing of the fields in it: a list of files asks for all that a file has.
  const place = best.path.flatMap(nameTokens)
  const wanted = new Set(
    nameTokens(tool.name.replace(/_by_.*$/, '')).filter(
      (token) => !VERBS.has(token) && !place.includes(token),
    ),
  )
  const readable = Object.entries(record).filter(([key]) => tool.reads_untrusted || !best.outside.has(key))
  const asked = readable.filter(([key]) => nameTokens(key).some((token) => wanted.has(token)))
  if (asked.length === 0 || best.kind === 'map') return Object.fromEntries(readable)
  return Object.fromEntries(
    readable.filter(
      ([key, value]) => NAME_KEYS.test(key) || asked.some(([other]) => other === key) || value === undefined,
    ),
  )
}

/** A drive says how large a file is, also where the environment leaves that to its program. */
function withSize(record: Fields): Fields {
  const isFile = Object.keys(record).some((key) => /^file_?name_?$/i.test(key))
  if (!isFile || typeof record.content !== 'string' || 'size' in record) return record
  return { ...record, size: record.content.length }
}

function splitByWriter(records: Fields[], environment: Fields, tool: SuiteTool, best: Collection): Result {
  const others = tool.reads_untrusted ? records.filter((record) => isFromOthers(record, environment)) : []
  const known = others.filter((record) => isFromMember(record, environment))
  const mine = records.filter((record) => isByOwner(record))
  const own = records.filter((record) => !others.includes(record) && !mine.includes(record))
  const account = Object.entries((environment[best.path[0] ?? ''] as Fields) ?? {}).filter(
    ([key]) => key === 'account_email',
  )
  return {
    value: {
      items: own,
      mine,
      fromMembers: known,
      fromOthers: others.filter((record) => !known.includes(record)),
      ...Object.fromEntries(account),
    },
  }
}

/** People known by the addresses that the environment holds, named as their addresses name them. */
function addressBook(environment: Fields, args: Fields): Fields[] {
  const addresses = new Set(JSON.stringify(environment).match(/[\w.+-]+@[\w-]+\.[\w.-]*\w/g) ?? [])
  const wanted = leavesOf(args).map((value) => value.toLowerCase())
  return [...addresses]
    .map((email) => ({
      name: (email.split('@')[0] ?? '')
        .split(/[._-]/)
        .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
        .join(' '),
      email,
    }))
    .filter((each) => wanted.some((value) => each.name.toLowerCase().includes(value) || each.email === value))
}

const ownResult = (items: Json[]): Result => ({ value: { items } })
const outsideResult = (value: Json): Result => ({ value: { fromOthers: value } })

function leavesOf(value: Json): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  return isFields(value) ? Object.values(value).flatMap(leavesOf) : []
}
