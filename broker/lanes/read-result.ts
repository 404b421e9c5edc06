/**
 * The end of a call that went well, checked by hand: nearly every message of a call is one, and a schema that first has
 * to find out what it looks at costs several times as much. Whatever is not exactly this is left to the schema.
 */
import type { FromSandbox } from '../../contract/sandbox-wire.ts'

/** The message itself when it is `{t: 'result', id, ok: true, cpuMs, value}` and nothing else, or null. */
export function readResult(value: unknown): FromSandbox | null {
  if (typeof value !== 'object' || value === null) return null
  const { t, id, ok, cpuMs } = value as Record<string, unknown>
  if (t !== 'result' || ok !== true || !Object.hasOwn(value, 'value')) return null
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return null
  if (typeof cpuMs !== 'number' || !(cpuMs >= 0 && cpuMs < Number.POSITIVE_INFINITY)) return null
  let members = 0
  for (const _ in value) members++
  return members === 5 ? (value as FromSandbox) : null
}
