/** Reads an entry's details for people. They are the record's own JSON; nothing in them is obeyed, only shown. Pure. */
import type { Origin } from '../../contract/origin.ts'
import type { Json } from '../../contract/words.ts'

type Details = Record<string, Json>

/** Shown in places of their own. */
const ELSEWHERE = new Set(['origins', 'lamps', 'because'])

/** One line for each detail: text as it is, anything else as JSON. Names become words: `bytesOut` → `bytes out`. */
export function readDetails(details: Details): { label: string; text: string }[] {
  return Object.entries(details)
    .filter(([key, value]) => !ELSEWHERE.has(key) && value !== null && value !== '')
    .map(([key, value]) => ({
      label: wordsOf(key),
      text: typeof value === 'string' ? value : writeValue(value),
    }))
}

function writeValue(value: Json): string {
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value.join('\n')
  return JSON.stringify(value, null, 2)
}

function wordsOf(key: string): string {
  return key
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replace(/_/g, ' ')
}

/** `details.origins`: a list of `{what, kind, source, at}`, or a record of what → origin. Anything else is left out. */
export function readOrigins(details: Details): { what: string; origin: Origin }[] {
  const { origins } = details
  if (Array.isArray(origins)) return origins.flatMap((value) => readOrigin('', value))
  if (typeof origins !== 'object' || origins === null) return []
  return Object.entries(origins).flatMap(([what, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one) => readOrigin(what, one)),
  )
}

function readOrigin(name: string, value: Json): { what: string; origin: Origin }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const inner = typeof value.origin === 'object' && value.origin !== null ? value.origin : value
  if (Array.isArray(inner)) return []
  const { kind, source, at } = inner
  if (kind !== 'person' && kind !== 'own' && kind !== 'outside' && kind !== 'model') return []
  const what = [value.what, value.label, value.field, value.argument].find((word) => typeof word === 'string')
  return [
    {
      what: typeof what === 'string' ? what : name,
      origin: {
        kind,
        source: typeof source === 'string' ? source : '',
        ...(typeof at === 'number' ? { at } : {}),
      },
    },
  ]
}
