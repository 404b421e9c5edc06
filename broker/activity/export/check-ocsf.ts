/**
 * Holds an event against the schema, all the way down: an attribute that is not there, one that is missing, a wrong type,
 * a number or a caption that is not in its list, an unmet "at least one of". For tests: the export is right by its making.
 */
import { CLASSES, type ClassFacts, type Facts, OBJECTS, OCSF_FACTS_VERSION, PROFILES } from './ocsf-facts.ts'

interface Attribute {
  type: string
  must: boolean
  list: Readonly<Record<string, string>> | undefined
}
type Values = Record<string, unknown>

const text = (value: unknown): value is string => typeof value === 'string'
const whole = (value: unknown): value is number => Number.isSafeInteger(value)
const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** A time in seconds or in nanoseconds would lie outside of these years. */
const millis = (value: unknown) => whole(value) && value > Date.UTC(2001, 0) && value < Date.UTC(2200, 0)
const isAddress = (value: string) =>
  /^(\d{1,3}\.){3}\d{1,3}$/.test(value)
    ? URL.canParse(`http://${value}/`)
    : URL.canParse(`http://[${value}]/`)
const TYPES: Record<string, (value: unknown) => boolean> = {
  boolean_t: (value) => typeof value === 'boolean',
  integer_t: whole,
  long_t: whole,
  port_t: (value) => whole(value) && value >= 0 && value <= 65535,
  timestamp_t: millis,
  string_t: text,
  file_name_t: text,
  file_path_t: text,
  process_name_t: text,
  hostname_t: text,
  url_t: text,
  ip_t: (value) => text(value) && isAddress(value),
  uuid_t: (value) => text(value) && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value),
  json_t: (value) => value !== undefined,
  object: isObject,
}

/** What is wrong, each with its place; nothing when all is well. */
export function checkOcsf(event: unknown): string[] {
  if (!isObject(event)) return ['not an object']
  const facts = Object.values(CLASSES).find(({ uid }) => uid !== undefined && uid === event.class_uid)
  if (!facts) return [`class_uid: there is no class ${event.class_uid}`]
  const chain = chainOf(CLASSES, facts)
  const profiles = namedProfiles(event)
  const allowed = chain.flatMap((each) => each.profiles ?? [])
  const issues = profiles
    .filter((name) => !allowed.includes(name))
    .map((name) => `metadata.profiles: ${facts.caption} does not know ${name}`)
  const mixed = profiles.flatMap((name) => PROFILES[name] ?? [])
  // A class's own word on an attribute counts for more than a profile's.
  issues.push(...checkObject(event, attributesOf([...chain, ...mixed]), atLeastOne(chain), ''))
  const same = (name: string, should: unknown) => {
    if (event[name] !== should) issues.push(`${name}: ${event[name]} instead of ${should}`)
  }
  const category = chain.find((each) => each.category)?.category
  same('category_uid', category?.[0])
  same('category_name', category?.[1])
  same('class_name', facts.caption)
  same('type_uid', Number(event.class_uid) * 100 + Number(event.activity_id))
  same('type_name', `${facts.caption}: ${event.activity_name}`)
  if (isObject(event.metadata) && event.metadata.version !== OCSF_FACTS_VERSION)
    issues.push(`metadata.version: ${event.metadata.version} is not what these facts are of`)
  return issues
}

function namedProfiles({ metadata }: Values): string[] {
  return isObject(metadata) && Array.isArray(metadata.profiles) ? metadata.profiles : []
}

/** The nearest first. */
function chainOf<F extends Facts>(all: Record<string, F>, facts: F): F[] {
  const parent = facts.extends === undefined ? undefined : all[facts.extends]
  if (facts.extends !== undefined && !parent) throw new Error(`no facts of ${facts.extends}`)
  return parent ? [facts, ...chainOf(all, parent)] : [facts]
}
const atLeastOne = (chain: Facts[]) => chain.find((each) => each.atLeastOne)?.atLeastOne ?? []

const PARSED = new Map<string, { name: string; mark: string; type: string }[]>()
function parsed(attributes: string) {
  const known = PARSED.get(attributes)
  if (known) return known
  const found = [...attributes.matchAll(/(\w+)([=+!]?) ([\w[\]]+)/g)]
  const list = found.map(([, name = '', mark = '', type = '']) => ({ name, mark, type }))
  PARSED.set(attributes, list)
  return list
}

function attributesOf(chain: (Facts | ClassFacts)[]): Map<string, Attribute> {
  const found = new Map<string, Attribute>()
  const open = new Set<string>()
  for (const { attributes, lists = {}, only = [] } of chain) {
    for (const { name, mark, type } of parsed(attributes)) {
      const before = found.get(name)
      if (!before) found.set(name, { type, must: mark === '!', list: undefined })
      else if (open.has(name)) before.must = mark === '!'
      if (mark === '=') open.add(name)
      else open.delete(name)
    }
    for (const [name, list] of Object.entries(lists)) {
      const attribute = found.get(name) ?? { type: 'integer_t', must: false, list: undefined }
      if (!found.has(name)) open.add(name)
      found.set(name, attribute)
      attribute.list ??= only.includes(name) ? list : { 0: 'Unknown', 99: 'Other', ...list }
    }
  }
  return found
}

function checkObject(
  values: Values,
  attributes: Map<string, Attribute>,
  oneOf: readonly string[],
  place: string,
): string[] {
  const issues: string[] = []
  for (const [name, { must }] of attributes)
    if (must && values[name] === undefined) issues.push(`${place}${name}: missing`)
  if (oneOf.length > 0 && !oneOf.some((name) => values[name] !== undefined))
    issues.push(`${place}: none of ${oneOf.join(', ')}`)
  for (const [name, value] of Object.entries(values)) {
    const attribute = attributes.get(name)
    if (!attribute) issues.push(`${place}${name}: not in the schema here`)
    else
      issues.push(
        ...checkValue(value, attribute, `${place}${name}`),
        ...checkCaption(values, name, attribute, place),
      )
  }
  return issues
}

function checkValue(value: unknown, { type, list }: Attribute, place: string): string[] {
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${place}: not a list`]
    const one = { type: type.slice(0, -2), must: false, list }
    return value.flatMap((each, n) => checkValue(each, one, `${place}[${n}]`))
  }
  const object = OBJECTS[type]
  if (object) {
    if (!isObject(value)) return [`${place}: not an object`]
    const chain = chainOf(OBJECTS, object)
    return checkObject(value, attributesOf(chain), atLeastOne(chain), `${place}.`)
  }
  const fits = TYPES[type]
  if (!fits) throw new Error(`no facts of ${type}`)
  if (!fits(value)) return [`${place}: ${JSON.stringify(value)} is no ${type}`]
  return list && !Object.hasOwn(list, String(value)) ? [`${place}: ${value} is not in its list`] : []
}

/** Beside a number stands its caption; beside 99 the source's own word. */
function checkCaption(values: Values, name: string, { list }: Attribute, place: string): string[] {
  if (!list || !name.endsWith('_id')) return []
  const beside = name === 'activity_id' ? 'activity_name' : name.slice(0, -3)
  const caption = values[beside]
  if (values[name] === 99)
    return text(caption) && caption !== '' ? [] : [`${place}${beside}: 99 needs a word`]
  const should = list[String(values[name])]
  return caption === undefined || caption === should
    ? []
    : [`${place}${beside}: ${caption} instead of ${should}`]
}
