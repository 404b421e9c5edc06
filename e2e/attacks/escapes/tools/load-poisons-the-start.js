// Poisons, while loading, what the house uses to see that loading is done and to begin the call.
// ends: ok
// limits: { "wallMs": 20000, "cpuMs": 10000 }
import { climb, nativeStrangers } from '../kit.js'

const taken = []
const { apply } = Reflect
for (const [holder, name] of [
  [Promise.prototype, 'then'],
  [JSON, 'parse'],
  [JSON, 'stringify'],
  [Array.prototype, 'flatMap'],
  [Function.prototype, 'call'],
  [Function.prototype, 'apply'],
]) {
  const original = holder[name]
  holder[name] = function (...args) {
    taken[taken.length] = this
    for (let at = 0; at < args.length; at++) taken[taken.length] = args[at]
    return apply(original, this, args)
  }
}
for (const name of ['tool', 'loaded', 'fn', 'input'])
  Object.defineProperty(Object.prototype, name, {
    configurable: true,
    set(value) {
      taken[taken.length] = value
      taken[taken.length] = this
    },
  })
const asked = await sallyport.fs.stat({ path: '/no' }).catch(({ code }) => code)

export const main = async () => {
  const escaped = nativeStrangers(taken)
  for (let at = 0; at < taken.length; at++) escaped.push(...climb(taken[at], 1))
  if (asked !== 'denied-by-policy') escaped.push(`while loading the gate said ${asked}`)
  return { escaped }
}
