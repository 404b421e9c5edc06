/** Reads an entry's details for people. They are the record's own JSON; nothing in them is obeyed, only shown. Pure. */
import type { Origin } from '../../contract/origin.ts'
import type { Json } from '../../contract/words.ts'
import { formatBytes } from '../design/format.ts'

type Details = Record<string, Json>
type Fields = { [key: string]: Json }

/** Shown in places of their own. */
const ELSEWHERE = new Set(['origins', 'lamps'])
const LABELS: Record<string, string> = {
  needs: 'touches',
  needCount: 'in all',
  bytesIn: 'came in',
  bytesOut: 'went out',
  unbacked: 'not yours',
}

/**
 * One line for each detail: text as it is, resources in one line each, anything else as JSON.
 * @param besides fields that are shown by themselves
 */
export function readDetails(
  details: Details,
  besides: readonly string[] = [],
): { label: string; text: string }[] {
  return Object.entries(details)
    .filter(([key, value]) => !ELSEWHERE.has(key) && !besides.includes(key) && value !== null && value !== '')
    .map(([key, value]) => ({ label: LABELS[key] ?? wordsOf(key), text: writeDetail(key, value) }))
}

function writeDetail(key: string, value: Json): string {
  if (key === 'needs' && Array.isArray(value)) return value.map(writeNeed).join('\n')
  if (/^bytes/i.test(key) && typeof value === 'number') return formatBytes(value)
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value.join('\n')
  return JSON.stringify(value, null, 2)
}

/** The exact resource of a need, in its own form; one that isn't known as JSON. */
function writeNeed(need: Json): string {
  const resource = isFields(need) && isFields(need.resource) ? need.resource : null
  const text = (key: string) => (typeof resource?.[key] === 'string' ? resource[key] : '')
  switch (resource?.kind) {
    case 'path':
      return text('path')
    case 'url':
      return `${text('method')} ${text('url')}`
    case 'command':
      return `${[text('program'), ...(Array.isArray(resource.args) ? resource.args : [])].join(' ')}\nin ${text('cwd')}${resource.readOnly === true ? '\nreading only' : ''}`
    case 'secret':
      return `${text('name')} to ${text('to')}`
    case 'model':
      return `${text('model')} at ${text('origin')}`
    case 'plain':
      return text('text')
    default:
      return JSON.stringify(need)
  }
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
  if (!isFields(origins)) return []
  return Object.entries(origins).flatMap(([what, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one) => readOrigin(what, one)),
  )
}

function readOrigin(name: string, value: Json): { what: string; origin: Origin }[] {
  if (!isFields(value)) return []
  const inner = isFields(value.origin) ? value.origin : value
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

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
