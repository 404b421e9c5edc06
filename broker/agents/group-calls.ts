/**
 * Calls of one answer of a model that may run at the same time: the same function, one after the other, on different
 * things. They reach the gate together, so what must be asked of them is one question. Calls that share a thing (what
 * one makes and the next takes) run in their order.
 */
import type { Json } from '../../contract/words.ts'
import type { ModelToolCall } from '../ports.ts'

const MOST_TOGETHER = 20
/** Keys that name the thing a call is about. */
const NAMES_A_THING =
  /^(path|paths|from|to|source|target|destination|file|folder|dir|name|id|key|url|command)$|_(path|file|id|name|url)$/i

export function groupCalls(calls: readonly ModelToolCall[]): ModelToolCall[][] {
  const groups: ModelToolCall[][] = []
  for (const call of calls) {
    const last = groups.at(-1)
    const joins =
      last !== undefined &&
      last.length < MOST_TOGETHER &&
      !call.fault &&
      last.every((each) => each.name === call.name && !each.fault && areApart(each.input, call.input))
    if (joins) last.push(call)
    else groups.push([call])
  }
  return groups
}

/** No value that names a thing in one of them stands in the other. */
function areApart(a: Json, b: Json): boolean {
  const [mine, theirs] = [leavesOf(a), leavesOf(b)]
  return !mine.some(({ key, value }) =>
    theirs.some(
      (other) =>
        (NAMES_A_THING.test(key) || NAMES_A_THING.test(other.key)) &&
        (other.value === value || isWithin(value, other.value) || isWithin(other.value, value)),
    ),
  )
}

function isWithin(inner: string, outer: string): boolean {
  const folder = outer.replace(/[/\\]+$/, '')
  return /[/\\]/.test(outer) && (inner.startsWith(`${folder}/`) || inner.startsWith(`${folder}\\`))
}

function leavesOf(input: Json, key = ''): { key: string; value: string }[] {
  if (typeof input === 'string' || typeof input === 'number')
    return input === '' ? [] : [{ key, value: String(input) }]
  if (Array.isArray(input)) return input.flatMap((each) => leavesOf(each, key))
  if (typeof input !== 'object' || input === null) return []
  return Object.entries(input).flatMap(([name, each]) => leavesOf(each as Json, name))
}
