/**
 * Turns what a sandbox process writes into messages. Everything here comes from a process that may be hostile: a
 * line is bounded in size and shape before it is parsed, and the first fault is the last message.
 */
import { Buffer } from 'node:buffer'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MESSAGE_SHAPE, shapeFault } from '../../contract/json-shape.ts'
import { FromSandbox } from '../../contract/sandbox-wire.ts'
import { LIMITS } from '../../contract/words.ts'
import { JsonFault, parseInSlices } from './parse-in-slices.ts'
import { dropPrototypeKeys, holdsInfinity } from './parsed-json.ts'
import { readResult } from './read-result.ts'

export type SandboxMessage = FromSandbox
export type ParsedLine = { message: SandboxMessage } | { fault: string }

const NEWLINE = 10
/** Characters. What is longer is read in slices, by `parseLargeLine`. */
export const LARGE_LINE = 128 * 1024
/** In one go, in ms. */
const SLICE_MS = 8
/** More than a message has, or an error in it. */
const MEMBERS = 8
/** One line without its newline. Keys named `__proto__` are dropped: an honest reader would trip over them. */
export function parseLine(line: string): ParsedLine {
  const result = readResult(line)
  if (result) return { message: result }
  const shape = shapeFault(line, MESSAGE_SHAPE)
  if (shape) return { fault: `a message is too rich: ${shape}` }
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { fault: 'a message is not JSON' }
  }
  if (holdsInfinity(value)) return { fault: 'a message holds a number that is too large' }
  dropPrototypeKeys(line, value)
  return readMessage(value)
}

/**
 * A line of any size, in slices of a few milliseconds.
 * @param isWanted false when nobody waits for it any more
 */
export async function parseLargeLine(line: string, isWanted: () => boolean): Promise<ParsedLine> {
  const slices = parseInSlices(line)
  try {
    for (;;) {
      const until = performance.now() + SLICE_MS
      let step = slices.next()
      while (!step.done && performance.now() < until) step = slices.next()
      if (step.done) return readMessage(step.value)
      await nextTurn()
      if (!isWanted()) return { fault: 'a message came too late' }
    }
  } catch (error) {
    if (error instanceof JsonFault) return { fault: `a message ${error.message}` }
    throw error
  }
}

function readMessage(value: unknown): ParsedLine {
  if (isCrowded(value)) return { fault: 'a message does not follow the contract' }
  const parsed = FromSandbox.safeParse(value)
  return parsed.success ? { message: parsed.data } : { fault: 'a message does not follow the contract' }
}

/** A schema says of each member that it doesn't know; a hundred thousand of them would take it long. */
function isCrowded(value: unknown): boolean {
  const members = (of: unknown) => (typeof of === 'object' && of !== null ? Object.keys(of).length : 0)
  return members(value) > MEMBERS || members((value as { error?: unknown } | null)?.error) > MEMBERS
}

/**
 * A reader of chunks. `onLine` gets each whole line, `onFault` is called once, and nothing after it: the line is
 * longer than a message may be.
 */
export function createLineReader(
  onLine: (line: string) => void,
  onFault: (fault: string) => void,
): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let size = 0
  let over = false

  function take(end: Buffer): string {
    if (parts.length === 0) return end.toString('utf8')
    const whole = Buffer.concat([...parts, end])
    parts = []
    size = 0
    return whole.toString('utf8')
  }

  return (chunk) => {
    let from = 0
    while (!over) {
      const end = chunk.indexOf(NEWLINE, from)
      if (size + (end < 0 ? chunk.length : end) - from > LIMITS.sandboxMessage) {
        over = true
        parts = []
        return onFault(`a message is longer than ${LIMITS.sandboxMessage} bytes`)
      }
      if (end < 0) break
      onLine(take(chunk.subarray(from, end)))
      from = end + 1
    }
    if (over || from >= chunk.length) return
    parts.push(chunk.subarray(from))
    size += chunk.length - from
  }
}
