// Function bodies that close their own braces, and every way to compile text.
// ends: ok
import { hostNamesOf } from '../kit.js'

export const main = async () => {
  const kinds = [function () {}, function* () {}, async () => {}, async function* () {}]
  const escaped = []
  const bodies = [
    ['/*', '*/){ return globalThis })//'],
    ['a = (() => { throw globalThis })()', ''],
    ['}, globalThis, function () {', ''],
    ['...args', '})(); return globalThis; (function () {'],
    ['', 'return new Function("return this")()'],
    ['', 'return (0, eval)("this")'],
  ]
  for (const kind of kinds)
    for (const [args, body] of bodies) {
      try {
        const made = kind.constructor(args, body)()
        const value = await (typeof made?.next === 'function' ? (await made.next()).value : made)
        escaped.push(...hostNamesOf(value))
      } catch (thrown) {
        escaped.push(...hostNamesOf(thrown))
      }
    }
  for (const text of [
    'this',
    'globalThis',
    'var leaked = 1; this',
    'import.meta',
    'new.target',
    'arguments',
    'super.x',
  ]) {
    try {
      escaped.push(...hostNamesOf((0, eval)(text)))
    } catch {}
  }
  return { escaped }
}
