/** Headers: names in lower case, values joined with a comma, sorted when walked. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const BLANKS = '\t\n\r '
const BAD_VALUE = /[\0\r\n]|[^\0-\xff]/

export class Headers {
  #values = new Map<string, string[]>()

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
    } else for (const [name, value] of Object.entries(init)) this.append(name, value)
  }

  append(name: unknown, value: unknown) {
    const key = checkName(name)
    const text = checkValue(value)
    const values = this.#values.get(key)
    if (values) values.push(text)
    else this.#values.set(key, [text])
  }
  set(name: unknown, value: unknown) {
    this.#values.set(checkName(name), [checkValue(value)])
  }
  delete(name: unknown) {
    this.#values.delete(checkName(name))
  }
  get(name: unknown): string | null {
    return this.#values.get(checkName(name))?.join(', ') ?? null
  }
  has(name: unknown): boolean {
    return this.#values.has(checkName(name))
  }
  getSetCookie(): string[] {
    return [...(this.#values.get('set-cookie') ?? [])]
  }
  forEach(fn: (value: string, name: string, headers: Headers) => void, self?: unknown) {
    for (const [name, value] of this) fn.call(self, value, name, this)
  }
  *entries(): Generator<[string, string]> {
    for (const name of [...this.#values.keys()].sort()) {
      const values = this.#values.get(name) as string[]
      if (name === 'set-cookie') for (const value of values) yield [name, value]
      else yield [name, values.join(', ')]
    }
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
