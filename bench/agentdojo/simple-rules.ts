/** Two rules that anyone would think of first, to stand beside ours. */
import type { Json } from '../../contract/words.ts'
import type { Call } from './suite-file.ts'

/** Ask before every effect once outside text was read. */
export function asksAlways(outside: boolean): boolean {
  return outside
}

/** The same, but not when the target (the first argument: to whom, or what) stands in the person's own request. */
export function asksUnlessTargetSaid(outside: boolean, prompt: string, call: Call): boolean {
  if (!outside) return false
  const target = leavesOf(Object.values(call.args)[0] ?? null)
  return target.length === 0 || !target.every((value) => prompt.includes(value))
}

function leavesOf(value: Json): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : []
}
