/** URLSearchParams: `application/x-www-form-urlencoded` both ways. */
import { fromByteString } from './byte-string.ts'
import { needs } from './needs.ts'
import { Utf8Decoder } from './utf8.ts'

type Pair = [name: string, value: string]

/** Parameters that belong to a URL: `changed` is told when the query is another. */
export let bind: (query: string, changed: () => void) => URLSearchParams
/** Puts what the URL's query now says into its parameters. */
export let refill: (params: URLSearchParams, query: string) => void

export class URLSearchParams {
  #pairs: Pair[]
  #changed: (() => void) | undefined

  constructor(init: unknown = '') {
    this.#pairs = pairsOf(init)
  }

  static {
    bind = (query, changed) => {
      const params = new URLSearchParams(query)
      params.#changed = changed
      return params
    }
    refill = (params, query) => {
      params.#pairs = pairsOf(query)
    }
  }

  get size() {
    return this.#pairs.length
  }
  append(...given: [name: unknown, value: unknown]) {
    const [name, value] = needs(given, 2)
    this.#pairs.push([text(name), text(value)])
    this.#tell()
  }
  delete(...given: [name: unknown, value?: unknown]) {
    const [name, value] = needs(given, 1)
    this.#pairs = this.#pairs.filter(
      ([key, item]) => key !== text(name) || (value !== undefined && item !== text(value)),
    )
    this.#tell()
  }
  get(...given: [name: unknown]): string | null {
    const [name] = needs(given, 1)
    return this.#pairs.find(([key]) => key === text(name))?.[1] ?? null
  }
  getAll(...given: [name: unknown]): string[] {
    const [name] = needs(given, 1)
    return this.#pairs.filter(([key]) => key === text(name)).map(([, value]) => value)
  }
  has(...given: [name: unknown, value?: unknown]): boolean {
    const [name, value] = needs(given, 1)
    return this.#pairs.some(
      ([key, item]) => key === text(name) && (value === undefined || item === text(value)),
    )
  }
  set(...given: [name: unknown, value: unknown]) {
    const [name, value] = needs(given, 2)
    const found = this.#pairs.find(([key]) => key === text(name))
    if (found) {
      found[1] = text(value)
      this.#pairs = this.#pairs.filter((pair) => pair === found || pair[0] !== text(name))
    } else this.#pairs.push([text(name), text(value)])
    this.#tell()
  }
  sort() {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    this.#tell()
  }
  toString(): string {
    return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  }
  forEach(fn: (value: string, name: string, params: URLSearchParams) => void, self?: unknown) {
    for (const [name, value] of this.entries()) fn.call(self, value, name, this)
  }
  *entries(): Generator<Pair> {
    for (let at = 0; at < this.#pairs.length; at++) yield [...(this.#pairs[at] as Pair)]
  }
  *keys() {
    for (const [name] of this.entries()) yield name
  }
  *values() {
    for (const [, value] of this.entries()) yield value
  }
  [Symbol.iterator]() {
    return this.entries()
  }
  #tell() {
    this.#changed?.()
  }
}

function pairsOf(init: unknown): Pair[] {
  if (typeof init !== 'object' || init === null) return parseQuery(`${init}`)
  if (typeof (init as Iterable<unknown>)[Symbol.iterator] !== 'function')
    // Of names that become the same, the last one counts.
    return [...new Map(Object.entries(init).map(([name, value]) => [text(name), text(value)]))]
  return Array.from(init as Iterable<Iterable<unknown>>, (item) => {
    const pair = typeof item === 'object' && item !== null ? [...item] : []
    if (pair.length !== 2) throw new TypeError('each pair has a name and a value')
    return [text(pair[0]), text(pair[1])] as Pair
  })
}

function parseQuery(query: string): Pair[] {
  const pairs: Pair[] = []
  for (const part of (query.startsWith('?') ? query.slice(1) : query).split('&')) {
    if (part === '') continue
    const at = part.indexOf('=')
    pairs.push(at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))])
  }
  return pairs
}

function text(value: unknown): string {
  return `${value}`.toWellFormed()
}

/** Letters, digits and `*-._` stay; a space is a plus. */
function encode(value: string): string {
  return encodeURIComponent(value)
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** A percent sign that starts no escape stays as it is; bytes that are no UTF-8 become U+FFFD. */
function decode(value: string): string {
  const spaced = value.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced.toWellFormed()
  const bytes = unescape(encodeURIComponent(spaced.toWellFormed()).replace(/%25([0-9A-Fa-f]{2})/g, '%$1'))
  return new Utf8Decoder(false).decode(fromByteString(bytes), false)
}
