/** The arguments of a request that a manifest announces, for one input. Keys in order, so that texts can be compared. */
import type { AheadRequest } from '../../contract/manifest.ts'
import type { Json } from '../../contract/words.ts'

export function aheadArgs(request: AheadRequest, input: Json): Record<string, Json> {
  const args: Record<string, Json> = {}
  for (const name of namesOf(request)) {
    const value = valueFor(request.args[name] as AheadRequest['args'][string], input)
    if (value !== undefined) args[name] = value
  }
  return args
}

const sorted = new WeakMap<AheadRequest, string[]>()
function namesOf(request: AheadRequest): string[] {
  const known = sorted.get(request)
  if (known) return known
  const names = Object.keys(request.args).sort()
  sorted.set(request, names)
  return names
}

function valueFor(from: AheadRequest['args'][string], input: Json): Json | undefined {
  if ('value' in from) return from.value
  const given = isRecord(input) && Object.hasOwn(input, from.input) ? input[from.input] : undefined
  return given === undefined ? from.or : given
}

const isRecord = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
