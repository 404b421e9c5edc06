/**
 * A quick yes to what surely fits a schema: plain types in an object, as most functions take. Whatever it does not say
 * yes to, and every schema with more in it, is the full check's to judge; so it may be strict, and never lenient.
 */
import type { Json } from '../../contract/words.ts'

type Fit = (value: Json) => boolean
type Keywords = Record<string, Json>

const SAYS_NOTHING = ['$schema', '$comment', 'title', 'description', 'default', 'examples']
const TAKEN: Record<string, (schema: Keywords) => Fit | null> = {
  string: fitString,
  number: (schema) => fitNumber(schema, Number.isFinite),
  integer: (schema) => fitNumber(schema, Number.isSafeInteger),
  boolean: (schema) => (hasOnly(schema, []) ? (value) => typeof value === 'boolean' : null),
  array: fitArray,
  object: fitObject,
}

/** Null for a schema that has anything in it which this does not know. */
export function createPlainFit(schema: Json | undefined): Fit | null {
  if (!isObject(schema) || typeof schema.type !== 'string' || !Object.hasOwn(TAKEN, schema.type)) return null
  return TAKEN[schema.type]?.(schema) ?? null
}

function fitString(schema: Keywords): Fit | null {
  const { minLength = 0, maxLength = Number.MAX_SAFE_INTEGER, enum: choices } = schema
  if (!hasOnly(schema, ['minLength', 'maxLength', 'enum'])) return null
  if (typeof minLength !== 'number' || typeof maxLength !== 'number') return null
  const isLong = (value: Json): value is string =>
    typeof value === 'string' && value.length >= minLength && value.length <= maxLength
  if (choices === undefined) return isLong
  return Array.isArray(choices) ? (value) => isLong(value) && choices.includes(value) : null
}

function fitNumber(schema: Keywords, isKind: (value: Json) => boolean): Fit | null {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema
  if (!hasOnly(schema, ['minimum', 'maximum'])) return null
  if (typeof minimum !== 'number' || typeof maximum !== 'number') return null
  return (value) => typeof value === 'number' && isKind(value) && value >= minimum && value <= maximum
}

function fitArray(schema: Keywords): Fit | null {
  const { items, minItems = 0, maxItems = Number.MAX_SAFE_INTEGER } = schema
  if (!hasOnly(schema, ['items', 'minItems', 'maxItems'])) return null
  if (typeof minItems !== 'number' || typeof maxItems !== 'number') return null
  const fitItem = createPlainFit(items)
  return (
    fitItem &&
    ((value) =>
      Array.isArray(value) && value.length >= minItems && value.length <= maxItems && value.every(fitItem))
  )
}

function fitObject(schema: Keywords): Fit | null {
  const { properties = {}, required = [], additionalProperties = true } = schema
  if (!hasOnly(schema, ['properties', 'required', 'additionalProperties'])) return null
  if (!isObject(properties) || !Array.isArray(required) || typeof additionalProperties !== 'boolean')
    return null
  const fits = new Map<string, Fit>()
  for (const [name, property] of Object.entries(properties)) {
    // Every object seems to have such a property.
    const fit = name in Object.prototype ? null : createPlainFit(property)
    if (!fit) return null
    fits.set(name, fit)
  }
  const needed = required.map(String)
  return (value) => {
    if (!isObject(value)) return false
    for (const name in value) {
      const fit = fits.get(name)
      if (fit ? !fit(value[name] as Json) : !additionalProperties) return false
    }
    for (const name of needed) if (!Object.hasOwn(value, name)) return false
    return true
  }
}

function hasOnly(schema: Keywords, known: readonly string[]): boolean {
  return Object.keys(schema).every(
    (key) => key === 'type' || known.includes(key) || SAYS_NOTHING.includes(key),
  )
}

function isObject(value: Json | undefined): value is Keywords {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
