/** What `JSON.parse` lets through and no message may hold. */

/** `1e999` parses, to what no JSON can say again. */
export function holdsInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(holdsInfinity)
  for (const key in value) if (holdsInfinity((value as Record<string, unknown>)[key])) return true
  return false
}

/** An honest reader would trip over keys named `__proto__`. `json` is the text that `value` was parsed from. */
export function dropPrototypeKeys(json: string, value: unknown) {
  if (json.includes('__proto__') || json.includes('\\u')) dropBelow(value)
}

function dropBelow(value: unknown) {
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__')
  for (const member of Object.values(value)) dropBelow(member)
}
