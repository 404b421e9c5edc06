/**
 * JSON lines from the standard input, in groups as they come: what is there already goes out in one call, and who
 * writes a line and waits for its answer gets it. A line that can't be used (no JSON, too long, nested without end) is
 * handed over with its fault, and the next ones go on.
 */
import type { Readable } from 'node:stream'
import { createLineSplitter } from '../contract/split-lines.ts'
import { LIMITS } from '../contract/words.ts'

export interface InputLine {
  /** Counted from 1. */
  number: number
  /** What the line says, or why it is no JSON. */
  value: unknown
  fault: string | null
  /** As far as it can be told, also of a line that is no JSON. */
  id: string | number | null
  size: number
}
const MOST = LIMITS.doorMessage - 64 * 1024
/** Deeper than anything that is asked; far from what a walk through it can bear. */
const DEEPEST = 100
const GROUP = { lines: 200, characters: 2 * 1024 * 1024 }

export async function* readGroups(input: Readable): AsyncGenerator<InputLine[]> {
  let ready: InputLine[] = []
  let number = 0
  const splitter = createLineSplitter({
    maxLine: MOST,
    emptyToo: true,
    onLine: (line) => {
      number += 1
      if (line.trim() !== '') ready.push(parse(line, number))
    },
    onTooLong: (beginning) => {
      number += 1
      ready.push(faulty(number, `Line ${number} is too long: it may have ${MOST} characters.`, beginning))
      return true
    },
  })
  input.setEncoding('utf8')
  let begun = false
  for await (const chunk of input) {
    // Some editors begin a file with the mark of its encoding, which is no part of what it says.
    splitter.push(begun ? (chunk as string) : (chunk as string).replace(/^\ufeff/, ''))
    begun = true
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
  if (isTooDeep(line)) return faulty(number, `Line ${number} is nested too deep.`, line)
  try {
    const value: unknown = JSON.parse(line)
    return { number, value, fault: null, id: idOf(value), size: line.length }
  } catch {
    return faulty(number, `Line ${number} is no JSON.`, line)
  }
}

function faulty(number: number, fault: string, line: string): InputLine {
  return { number, value: null, fault, id: idAtStart(line), size: 0 }
}

/** Brackets outside of texts, open at one time. */
function isTooDeep(line: string): boolean {
  let depth = 0
  for (const [token] of line.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth += 1
    else if (token === ']' || token === '}') depth -= 1
    if (depth > DEEPEST) return true
  }
  return false
}

/** The `id` that a line begins with, when the rest of it can't be read. */
function idAtStart(line: string): string | number | null {
  const found = /^\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.){0,200}"|-?\d{1,15}(?:\.\d{1,15})?)\s*[,}]/.exec(
    line.slice(0, 1024),
  )
  try {
    return found ? idOf({ id: JSON.parse(found[1] as string) }) : null
  } catch {
    return null
  }
}

/** The `id` of a line, whatever else is wrong with it. */
function idOf(value: unknown): string | number | null {
  const id = (value as { id?: unknown } | null)?.id
  if (typeof id === 'number') return Number.isFinite(id) ? id : null
  return typeof id === 'string' ? id : null
}
