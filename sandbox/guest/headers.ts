/** Headers: names in lower case, values joined with a comma, sorted when walked. */
import { needs } from './needs.ts'

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const BLANKS = '\t\n\r '
const BAD_VALUE = /[\0\r\n]|[^\0-\xff]/

/** Nobody changes them any more. */
export let fix: (headers: Headers) => void

export class Headers {
  #values = new Map<string, string[]>()
  #fixed = false
  /** What there is to walk, in order; null when it must be put together anew. */
  #walked: [string, string][] | null = null

  constructor(init?: unknown) {
    if (init === undefined) return
    if (init === null || (typeof init !== 'object' && typeof init !== 'function'))
      throw new TypeError('headers are an object, or a list of names and values')
    if (init instanceof Headers) {
      for (const [name, values] of init.#values) this.#values.set(name, [...values])
    } else if (typeof (init as Iterable<unknown>)[Symbol.iterator] === 'function') {
      for (const pair of init as Iterable<Iterable<unknown>>) {
        const both = typeof pair === 'object' && pair !== null ? [...pair] : []
        if (both.length !== 2) throw new TypeError('each header has a name and a value')
        this.append(both[0], both[1])
      }
    } else for (const name of Reflect.ownKeys(init)) this.#take(init, name)
  }

  #changed() {
    if (this.#fixed) throw new TypeError('these headers can’t be changed')
    this.#walked = null
  }
  #take(from: object, name: string | symbol) {
    if (!Object.getOwnPropertyDescriptor(from, name)?.enumerable) return
    if (typeof name === 'symbol') throw new TypeError('a header’s name is text')
    this.append(name, (from as Record<string, unknown>)[name])
  }
  append(...given: [name: unknown, value: unknown]) {
    const [name, value] = needs(given, 2)
    const key = checkName(name)
    const text = checkValue(value)
    this.#changed()
    const values = this.#values.get(key)
    if (values) values.push(text)
    else this.#values.set(key, [text])
  }
  set(...given: [name: unknown, value: unknown]) {
    const [name, value] = needs(given, 2)
    this.#changed()
    this.#values.set(checkName(name), [checkValue(value)])
  }
  delete(...given: [name: unknown]) {
    const [name] = needs(given, 1)
    this.#changed()
    this.#values.delete(checkName(name))
  }
  get(...given: [name: unknown]): string | null {
    const [name] = needs(given, 1)
    return this.#values.get(checkName(name))?.join(', ') ?? null
  }
  has(...given: [name: unknown]): boolean {
    const [name] = needs(given, 1)
    return this.#values.has(checkName(name))
  }
  getSetCookie(): string[] {
    return [...(this.#values.get('set-cookie') ?? [])]
  }
  forEach(fn: (value: string, name: string, headers: Headers) => void, self?: unknown) {
    if (typeof fn !== 'function') throw new TypeError('forEach takes a function')
    for (const [name, value] of this) fn.call(self, value, name, this)
  }
  /** As it is at each step: what is added while it is walked is seen when its turn is still to come. */
  *entries(): Generator<[string, string]> {
    for (let at = 0; at < this.#pairs().length; at++) {
      const [name, value] = this.#pairs()[at] as [string, string]
      yield [name, value]
    }
  }
  #pairs(): [string, string][] {
    this.#walked ??= [...this.#values.keys()].sort().flatMap((name): [string, string][] => {
      const values = this.#values.get(name) as string[]
      return name === 'set-cookie' ? values.map((value) => [name, value]) : [[name, values.join(', ')]]
    })
    return this.#walked
  }
  *keys() {
    for (const [name] of this.entries()) yield name
  }
  *values() {
    for (const [, value] of this.entries()) yield value
  }
  declare [Symbol.iterator]: () => Generator<[string, string]>
  static {
    fix = (headers) => {
      headers.#fixed = true
    }
    const { entries } = Headers.prototype
    Object.defineProperty(Headers.prototype, Symbol.iterator, {
      value: entries,
      ...{ writable: true, configurable: true },
    })
  }
}

function checkName(name: unknown): string {
  const text = `${name}`
  if (!NAME.test(text)) throw new TypeError(`not a header's name: ${text.slice(0, 100)}`)
  return text.toLowerCase()
}

function checkValue(value: unknown): string {
  const text = trim(`${value}`)
  if (BAD_VALUE.test(text)) throw new TypeError("a header's value holds a character that it can't")
  return text
}

/** By hand: looking for blanks at the end by a pattern takes ages in a text that is blank in its middle. */
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && BLANKS.includes(text[start] as string)) start++
  while (end > start && BLANKS.includes(text[end - 1] as string)) end--
  return text.slice(start, end)
}
