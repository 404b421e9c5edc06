/**
 * Numbers by key, many of them: three arrays instead of thousands of lists, which are made quickly, and which threads can
 * share. In a list the order is that in which its numbers were given.
 */

/** Between two looks at the clock. */
const AT_ONCE = 4096

export interface KeyLists {
  /** Where the bucket of each place ends. */
  ends: Int32Array
  keys: Int32Array
  numbers: Int32Array
  /** So many of 32 bits are left of a key's place. */
  shift: number
}

export const placeOf = (key: number, shift: number) => Math.imul(key, 0x9e3779b1) >>> shift

export const sharedInts = (length: number) => new Int32Array(new SharedArrayBuffer(length * 4))
export const sharedBytes = (length: number) => new Uint8Array(new SharedArrayBuffer(length))

/** Bit by bit. @param keys of 32 bits; one for each of the numbers */
export function* makeKeyLists(keys: readonly number[], given: readonly number[]): Generator<void, KeyLists> {
  const shift = 32 - Math.max(1, Math.ceil(Math.log2(keys.length + 1)))
  const ends = sharedInts((1 << (32 - shift)) + 1)
  for (let at = 0; at < keys.length; at++) {
    if (at % AT_ONCE === AT_ONCE - 1) yield
    const place = placeOf(keys[at] as number, shift) + 1
    ends[place] = (ends[place] as number) + 1
  }
  for (let place = 1; place < ends.length; place++)
    ends[place] = (ends[place] as number) + (ends[place - 1] as number)
  const sorted = sharedInts(keys.length)
  const numbers = sharedInts(keys.length)
  for (let at = 0; at < keys.length; at++) {
    if (at % AT_ONCE === AT_ONCE - 1) yield
    const key = keys[at] as number
    const place = placeOf(key, shift)
    const to = ends[place] as number
    ends[place] = to + 1
    sorted[to] = key
    numbers[to] = given[at] as number
  }
  return { ends, keys: sorted, numbers, shift }
}

/** What the numbers stand for, by key. What was asked for once is kept. */
export class Lists<T> {
  readonly #lists: KeyLists
  readonly #read: (number: number) => T
  readonly #known = new Map<number, readonly T[]>()

  constructor(lists: KeyLists, read: (number: number) => T) {
    this.#lists = lists
    this.#read = read
  }

  get(key: number): readonly T[] | undefined {
    const known = this.#known.get(key)
    if (known) return known
    const [from, end] = this.#bucket(key)
    const { keys, numbers } = this.#lists
    const found: T[] = []
    for (let at = from; at < end; at++)
      if (keys[at] === (key | 0)) found.push(this.#read(numbers[at] as number))
    if (found.length === 0) return undefined
    this.#known.set(key, found)
    return found
  }

  has(key: number): boolean {
    const [from, end] = this.#bucket(key)
    const { keys } = this.#lists
    for (let at = from; at < end; at++) if (keys[at] === (key | 0)) return true
    return false
  }

  #bucket(key: number): [number, number] {
    const { ends, shift } = this.#lists
    const place = placeOf(key, shift)
    return [place === 0 ? 0 : (ends[place - 1] as number), ends[place] as number]
  }
}
