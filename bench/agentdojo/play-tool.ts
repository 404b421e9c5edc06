/**
 * What a suite's tools give back, without their code: the tool's name and description say which collection of the
 * environment it reads, its arguments which records, and its name which fields. `items` are records of the person's
 * own (with the outside fields declared as such), `fromOthers` is what somebody else wrote.
 */
import { nameTokens } from '../../broker/origins/read-words.ts'
import type { Json } from '../../contract/words.ts'
import { type Collection, type Fields, findCollections, isFields, isFromOthers } from './find-collections.ts'
import type { Suite, SuiteTool } from './suite-file.ts'

export interface Result {
  value: Fields
  /** Pointers to what is outside in it. */
  outside: string[]
}

const VERBS = new Set(
  'get search find list read check show fetch lookup all most recent current in for by of the with'.split(
    ' ',
  ),
)
const NAME_KEYS = /(^|_)(id|name|title|filename)_?$/i

export function playRead(suite: Suite, environment: Fields, tool: SuiteTool, args: Fields): Result {
  const collections = findCollections(suite, environment)
  const { best, score } = pickCollection(collections, tool, args)
  if (!best || (score === 0 && !tool.reads_untrusted)) return ownResult(addressBook(environment, args))
  if (best.kind === 'value')
    return best.outside.size > 0 && tool.reads_untrusted ? outsideResult(best.value) : ownResult([best.value])
  const chosen =
    best.kind === 'map'
      ? chooseFromMap(best, args)
      : best.records.filter((record) => fits(record, withoutPath(args, best), tool))
  const records = (chosen.length > 0 ? chosen : best.records).map((record) => project(record, tool, best))
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
  const wanted = new Set(nameTokens(tool.name.replace(/_by_.*$/, '')).filter((token) => !VERBS.has(token)))
  const readable = Object.entries(record).filter(([key]) => tool.reads_untrusted || !best.outside.has(key))
  const asked = readable.filter(([key]) => nameTokens(key).some((token) => wanted.has(token)))
  if (asked.length === 0 || best.kind === 'map') return Object.fromEntries(readable)
  return Object.fromEntries(
    readable.filter(
      ([key, value]) => NAME_KEYS.test(key) || asked.some(([other]) => other === key) || value === undefined,
    ),
  )
}

function splitByWriter(records: Fields[], environment: Fields, tool: SuiteTool, best: Collection): Result {
  const others = tool.reads_untrusted ? records.filter((record) => isFromOthers(record, environment)) : []
  const own = records.filter((record) => !others.includes(record))
  const account = Object.entries((environment[best.path[0] ?? ''] as Fields) ?? {}).filter(
    ([key]) => key === 'account_email',
  )
  return {
    value: { items: own, fromOthers: others, ...Object.fromEntries(account) },
    outside: ['/fromOthers', ...[...best.outside].map((key) => `/items/*/${key}`)],
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

const ownResult = (items: Json[]): Result => ({ value: { items }, outside: [] })
const outsideResult = (value: Json): Result => ({ value: { fromOthers: value }, outside: ['/fromOthers'] })

function leavesOf(value: Json): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  return isFields(value) ? Object.values(value).flatMap(leavesOf) : []
}
