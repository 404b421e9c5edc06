// Gives every object a disposer, and looks at what is disposed of.
// ends: ok tool-error
import { nativeStrangers } from '../kit.js'

export const main = async () => {
  const taken = []
  for (const symbol of [Symbol.dispose, Symbol.asyncDispose].filter(Boolean))
    Object.defineProperty(Object.prototype, symbol, {
      configurable: true,
      get() {
        taken.push(this)
        return () => taken.push(this)
      },
    })
  await sallyport.fs.stat({ path: '/ok' })
  await (await fetch('https://a.test/').catch(() => null))?.text?.()
  for (const symbol of [Symbol.dispose, Symbol.asyncDispose].filter(Boolean)) delete Object.prototype[symbol]
  return { escaped: nativeStrangers(taken) }
}
