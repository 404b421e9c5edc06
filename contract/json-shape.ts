/**
 * How deep and how rich a JSON text is, found before it is parsed. Size alone does not bound the work: eight
 * megabytes of `[[[[` or of `{},{},` cost their reader far more than eight megabytes of one string.
 */

export const JSON_SHAPE = {
  /** Levels of arrays and objects. */
  depth: 64,
  /** Values, roughly: commas, colons and opening brackets outside of strings. */
  values: 200_000,
  /**
   * Of one object. The engine keeps objects of very many as tables, and to list one of 100,000 takes 70 ms where a list
   * of as many values takes one: whoever has that many hands out a list.
   */
  keys: 20_000,
} as const
export type JsonBounds = { [bound in keyof typeof JSON_SHAPE]: number }

/** A message around such a value: it may be as rich as a value may be, and has members of its own. */
export const MESSAGE_SHAPE: JsonBounds = {
  depth: JSON_SHAPE.depth + 1,
  values: JSON_SHAPE.values + 16,
  keys: JSON_SHAPE.keys,
}

const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** Empty when the text is within the bounds, else what is wrong in words. The text need not be valid JSON. */
export function shapeFault(text: string, bounds: JsonBounds = JSON_SHAPE): string {
  if (text.length <= Math.min(bounds.depth, bounds.values, bounds.keys)) return ''
  let depth = 0
  let values = 0
  let keys = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === COMMA) values++
    else if (code === COLON) {
      values++
      keys++
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      values++
      if (++depth > bounds.depth) return `it nests deeper than ${bounds.depth} levels`
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth--
    if (values > bounds.values) return `it holds more than ${bounds.values} values`
  }
  return keys > bounds.keys && mostKeys(text) > bounds.keys ? keysFault(bounds.keys) : ''
}

export const keysFault = (most: number) => `an object in it has more than ${most} keys, where a list would do`

/** Of one object. The text is not too deep. */
function mostKeys(text: string): number {
  const open: number[] = []
  let most = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === COLON) {
      const keys = (open.pop() ?? 0) + 1
      open.push(keys)
      most = Math.max(most, keys)
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) open.push(0)
    else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) open.pop()
  }
  return most
}

/** Where the string that opens at `start` closes; the end of the text when it does not. */
function endOfString(text: string, start: number): number {
  const quote = text.indexOf('"', start + 1)
  if (quote < 0) return text.length
  if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote
  // Searching from quote to quote would be slow in a string full of escapes.
  let at = start + 1
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) break
  }
  return at
}
