// Well-known symbols on everything: what coerces, spreads, iterates or matches a value runs code of ours.
// ends: ok tool-error
import { nativeStrangers } from '../kit.js'

export const main = async () => {
  const taken = []
  const take = (name) =>
    function (...args) {
      taken.push(this, ...args)
      return name === Symbol.toPrimitive ? '1' : name === Symbol.toStringTag ? 'Promise' : undefined
    }
  for (const name of [
    Symbol.toPrimitive,
    Symbol.match,
    Symbol.isConcatSpreadable,
    Symbol.unscopables,
    Symbol.asyncIterator,
  ])
    Object.defineProperty(Object.prototype, name, { value: take(name), configurable: true, writable: true })
  Object.defineProperty(Object.prototype, Symbol.toStringTag, {
    get: take(Symbol.toStringTag),
    configurable: true,
  })
  const tries = [
    () => sallyport.fs.stat({ path: '/ok' }),
    () => fetch('https://a.example/', { body: {}, method: 'POST' }),
    () => new Response({}).text(),
    () => structuredClone({ a: [1] }),
    () => crypto.subtle.digest({ name: 'SHA-256' }, new Uint8Array(2)),
    () => console.log({}, [], `${{}}`),
  ]
  for (const use of tries) await Promise.try(use).catch(() => {})
  for (const name of Object.getOwnPropertySymbols(Object.prototype)) delete Object.prototype[name]
  return { escaped: nativeStrangers(taken) }
}
