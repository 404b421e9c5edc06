/**
 * JSON lines from the standard input, in groups as they come: what is there already goes out in one call, and who
 * writes a line and waits for its answer gets it.
 */
import type { Readable } from 'node:stream'
import { createLineSplitter } from '../contract/split-lines.ts'
import { LIMITS } from '../contract/words.ts'
import { CliError, EXIT } from './exit-code.ts'

export interface InputLine {
  /** Counted from 1. */
  number: number
  /** What the line says, or why it is no JSON. */
  value: unknown
  fault: string | null
  size: number
}
const GROUP = { lines: 200, characters: 2 * 1024 * 1024 }

/** @throws CliError for a line that is longer than a message may be */
export async function* readGroups(input: Readable): AsyncGenerator<InputLine[]> {
  let ready: InputLine[] = []
  let number = 0
  let tooLong = false
  const splitter = createLineSplitter({
    maxLine: LIMITS.doorMessage - 64 * 1024,
    onLine: (line) => {
      number += 1
      if (line.trim() !== '') ready.push(parse(line, number))
    },
    onTooLong: () => {
      tooLong = true
    },
  })
  input.setEncoding('utf8')
  for await (const chunk of input) {
    splitter.push(chunk as string)
    if (tooLong) throw new CliError(EXIT.usage, 'too-large', `Line ${number + 1} of the input is too long.`)
    yield* groupsOf(ready)
    ready = []
  }
  splitter.push('\n')
  yield* groupsOf(ready)
}

function* groupsOf(lines: InputLine[]): Generator<InputLine[]> {
  let group: InputLine[] = []
  let characters = 0
  for (const line of lines) {
    if (group.length > 0 && (group.length >= GROUP.lines || characters + line.size > GROUP.characters)) {
      yield group
      group = []
      characters = 0
    }
    group.push(line)
    characters += line.size
  }
  if (group.length > 0) yield group
}

function parse(line: string, number: number): InputLine {
  try {
    return { number, value: JSON.parse(line), fault: null, size: line.length }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { number, value: null, fault: `Line ${number} is no JSON: ${why}`, size: line.length }
  }
}

/** The `id` of a line, whatever else is wrong with it. */
export function idOf(value: unknown): string | number | null {
  const id = (value as { id?: unknown } | null)?.id
  return typeof id === 'string' || typeof id === 'number' ? id : null
}
