// Clones of what is no data: functions, proxies, errors, keys, generators, and things that change while they are read.
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
  const made = []
  const turning = {
    get a() {
      delete this.b
      Object.defineProperty(this, 'c', { enumerable: true, get: () => globalThis })
      return { __proto__: { polluted: true } }
    },
    b: 1,
  }
  const error = Object.assign(new AggregateError([new Error('x')], 'y', { cause: globalThis }), {
    stack: { a: 1 },
  })
  for (const value of [
    key,
    turning,
    error,
    new Proxy({}, { ownKeys: () => ['a', 'a'] }),
    (function* () {})(),
    new (class extends Map {
      entries() {
        return [[globalThis, globalThis]]
      }
    })([[1, 1]]),
    { ['__proto__']: { polluted: 1 }, constructor: { prototype: { polluted: 1 } } },
    Object.create(null, { x: { enumerable: true, value: Symbol.iterator } }),
    new WeakMap(),
    Promise.resolve(1),
    sallyport,
    sallyport.fs.stat,
  ])
    try {
      made.push(structuredClone(value))
    } catch (thrown) {
      made.push(thrown)
    }
  const escaped = made.flatMap((value) => climb(value, 2))
  if ({}.polluted !== undefined) escaped.push('polluted')
  return { escaped }
}
