/**
 * What a tool's schema for its input says and the gate's check would not hold it to. The converter passes over a keyword
 * whose type is not stated, over names that are required and not described, and over what stands beside a list of
 * values: the author would think that the input is checked. Such a tool is not installed, and its author is told why.
 */
import type { Json } from '../../contract/words.ts'

type Schema = Record<string, Json>

const OF_TYPE: Record<string, string[]> = {
  object: words(
    'properties required additionalProperties patternProperties propertyNames minProperties maxProperties',
  ),
  array: words('items prefixItems minItems maxItems uniqueItems contains minContains maxContains'),
  string: words('minLength maxLength pattern'),
  number: words('minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'),
}
const ONLY_BESIDE_ITEMS = words('minItems maxItems uniqueItems contains minContains maxContains')
/** Say nothing of what fits. */
const ANNOTATIONS = new Set(
  words(
    '$schema $id $anchor $comment $defs definitions title description default examples deprecated readOnly writeOnly',
  ),
)
/** Stands for the whole schema: what is beside it is passed over. */
const ALONE = ['$ref', 'const', 'enum']
const LISTS = words('anyOf allOf oneOf prefixItems')
const NAMED = words('properties patternProperties $defs definitions')
const SINGLE = words('items additionalProperties contains propertyNames')

/** Null when all of it is held. */
export function schemaFault(schema: Json | undefined, at = 'input'): string | null {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return null
  return ownFault(schema, at) ?? firstFault(inside(schema, at))
}

function ownFault(schema: Schema, at: string): string | null {
  const types = typesOf(schema)
  for (const [type, keywords] of Object.entries(OF_TYPE))
    for (const keyword of keywords)
      if (keyword in schema && !types.includes(type))
        return `${at}: “${keyword}” is checked only beside "type": "${type}"`
  for (const name of Array.isArray(schema.required) ? schema.required : [])
    if (typeof name === 'string' && !Object.hasOwn((schema.properties ?? {}) as Schema, name))
      return `${at}: “required” names “${name}”, which “properties” does not describe`
  const alone = ALONE.find((keyword) => keyword in schema)
  for (const keyword of Object.keys(schema))
    if (alone && keyword !== alone && keyword !== 'type' && !ANNOTATIONS.has(keyword))
      return `${at}: “${keyword}” is not checked beside “${alone}”`
  if (alone === '$ref' && 'type' in schema) return `${at}: “type” is not checked beside “$ref”`
  const values = alone === 'enum' ? schema.enum : alone === 'const' ? [schema.const as Json] : []
  if ('type' in schema && Array.isArray(values) && values.some((value) => !types.includes(typeOf(value))))
    return `${at}: “${alone}” lists what is not of its “type”`
  const hasItems = 'items' in schema || 'prefixItems' in schema
  const lost = hasItems ? undefined : ONLY_BESIDE_ITEMS.find((keyword) => keyword in schema)
  return lost ? `${at}: “${lost}” is checked only beside “items”` : null
}

function inside(schema: Schema, at: string): [Json | undefined, string][] {
  const list = (keyword: string) => (Array.isArray(schema[keyword]) ? (schema[keyword] as Json[]) : [])
  const named = (keyword: string) => Object.entries((schema[keyword] ?? {}) as Schema)
  return [
    ...LISTS.flatMap((keyword) =>
      list(keyword).map((each, n): [Json, string] => [each, `${at}/${keyword}/${n}`]),
    ),
    ...NAMED.flatMap((keyword) =>
      named(keyword).map(([name, each]): [Json, string] => [each, `${at}/${keyword}/${name}`]),
    ),
    ...SINGLE.map((keyword): [Json | undefined, string] => [schema[keyword], `${at}/${keyword}`]),
  ]
}

function firstFault(schemas: [Json | undefined, string][]): string | null {
  for (const [schema, at] of schemas) {
    const fault = schemaFault(schema, at)
    if (fault) return fault
  }
  return null
}

/** An integer is a number. */
function typesOf({ type }: Schema): string[] {
  const stated = typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : []
  return stated.map((each) => (each === 'integer' ? 'number' : each))
}

function typeOf(value: Json): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

function words(text: string): string[] {
  return text.split(' ')
}
