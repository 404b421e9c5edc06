/**
 * JSON in pieces of work: a large message from a sandbox process may be made to be slow to read, and this thread has
 * others to serve. Reads what `JSON.parse` reads, and gives the same, but that keys named `__proto__` are left out and
 * numbers that are too large or too long are a fault. Several times slower, so it is for large texts only.
 */
import { keysFault, MESSAGE_SHAPE } from '../../contract/json-shape.ts'

/** What is wrong, in words that follow "a message". */
export class JsonFault extends Error {}

/** Steps of a few microseconds between two yields. */
const STEPS = 256
/** Characters of a string that are read at once. */
const PIECE = 256 * 1024
/** Longer ones are sent by nobody, and cost their reader most. */
const NUMBER = 1_100

interface Open {
  array: unknown[] | null
  object: Record<string, unknown> | null
  key: string
  /** So far. */
  keys: number
}

type Wants = 'value' | 'value or end' | 'key' | 'key or end' | 'comma or end' | 'nothing'

/** Yields whenever it may be left for a while; returns the value, or throws a {@link JsonFault}. */
export function* parseInSlices(text: string): Generator<undefined, unknown> {
  const space = /[ \t\n\r]*/y
  const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
  const stack: Open[] = []
  let at = 0
  let values = 0
  let steps = 0
  let result: unknown
  let wants = 'value' as Wants

  const skip = () => {
    space.lastIndex = at
    space.exec(text)
    at = space.lastIndex
  }
  const bad = () => new JsonFault('is not JSON')
  const count = () => {
    if (++values > MESSAGE_SHAPE.values)
      throw new JsonFault(`is too rich: it holds more than ${MESSAGE_SHAPE.values} values`)
  }

  function put(value: unknown): void {
    const top = stack.at(-1)
    if (!top) result = value
    else if (top.array) top.array.push(value)
    else if (top.object && top.key !== '__proto__') top.object[top.key] = value
    wants = top ? 'comma or end' : 'nothing'
  }

  function open(top: Open): void {
    count()
    if (stack.push(top) > MESSAGE_SHAPE.depth)
      throw new JsonFault(`is too rich: it nests deeper than ${MESSAGE_SHAPE.depth} levels`)
    at++
    wants = top.array ? 'value or end' : 'key or end'
  }

  function close(): void {
    const top = stack.pop()
    at++
    put(top?.array ?? top?.object)
  }

  function literal(): void {
    const known = WORDS.find(([word]) => text.startsWith(word, at))
    if (known) {
      at += known[0].length
      put(known[1])
      return
    }
    number.lastIndex = at
    const found = number.exec(text)?.[0]
    if (!found) throw bad()
    if (found.length > NUMBER) throw new JsonFault('holds a number that is too long')
    const value = Number(found)
    if (!Number.isFinite(value)) throw new JsonFault('holds a number that is too large')
    at += found.length
    put(value)
  }

  for (;;) {
    if (++steps % STEPS === 0) yield
    skip()
    const char = text[at]
    const wanted = wants as Wants
    const top = stack.at(-1)
    if (wanted === 'nothing') {
      if (char !== undefined) throw bad()
      return result
    }
    if (char === undefined) throw bad()
    if (wanted === 'comma or end') {
      if (char === (top?.array ? ']' : '}')) close()
      else if (char !== ',') throw bad()
      else {
        count()
        at++
        wants = top?.array ? 'value' : 'key'
      }
    } else if ((wanted === 'value or end' && char === ']') || (wanted === 'key or end' && char === '}')) {
      close()
    } else if (wanted === 'key' || wanted === 'key or end') {
      if (char !== '"' || !top) throw bad()
      const { value, end } = yield* readString(text, at)
      at = end
      skip()
      if (text[at] !== ':') throw bad()
      count()
      at++
      if (++top.keys > MESSAGE_SHAPE.keys)
        throw new JsonFault(`is too rich: ${keysFault(MESSAGE_SHAPE.keys)}`)
      top.key = value
      wants = 'value'
    } else if (char === '"') {
      const { value, end } = yield* readString(text, at)
      at = end
      put(value)
    } else if (char === '[') open({ array: [], object: null, key: '', keys: 0 })
    else if (char === '{') open({ array: null, object: {}, key: '', keys: 0 })
    else literal()
  }
}

const WORDS: readonly [string, unknown][] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

const QUOTE = 34
const BACKSLASH = 92
const SMALL_U = 117

/** @param start where its opening quote is */
function* readString(text: string, start: number): Generator<undefined, { value: string; end: number }> {
  const quote = text.indexOf('"', start + 1)
  // Most are short, and end at the first quote.
  if (quote - start < PIECE && quote > 0 && text.charCodeAt(quote - 1) !== BACKSLASH)
    return { value: plain(text.slice(start + 1, quote)), end: quote + 1 }
  const pieces: string[] = []
  for (let from = start + 1; from < text.length; ) {
    const end = pieceEnd(text, from)
    pieces.push(plain(text.slice(from, end)))
    if (text.charCodeAt(end) === QUOTE) return { value: pieces.join(''), end: end + 1 }
    from = end
    yield
  }
  throw new JsonFault('is not JSON')
}

function plain(content: string): string {
  try {
    return JSON.parse(`"${content}"`) as string
  } catch {
    throw new JsonFault('is not JSON')
  }
}

/** The closing quote, or a place before it that cuts no escape in two. */
function pieceEnd(text: string, from: number): number {
  const limit = Math.min(from + PIECE, text.length)
  let at = from
  while (at < limit) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code !== BACKSLASH) at++
    else at += text.charCodeAt(at + 1) === SMALL_U ? 6 : 2
  }
  return at
}
