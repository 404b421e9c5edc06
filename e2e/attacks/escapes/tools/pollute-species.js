// Species decide what map, then and slice make.
// ends: ok tool-error
import { nativeStrangers } from '../kit.js'

export const main = async () => {
  const taken = []
  class Stolen extends Promise {
    constructor(run) {
      super((resolve, reject) => {
        taken.push(resolve, reject)
        run(resolve, reject)
      })
    }
  }
  Object.defineProperty(Promise, Symbol.species, { configurable: true, get: () => Stolen })
  Object.defineProperty(Array, Symbol.species, {
    configurable: true,
    get: () =>
      class extends Array {
        constructor(...args) {
          super(...args)
          taken.push(...args)
        }
      },
  })
  Object.defineProperty(ArrayBuffer, Symbol.species, {
    configurable: true,
    get: () => class extends ArrayBuffer {},
  })
  await sallyport.fs.stat({ path: '/ok' })
  await crypto.subtle.digest('SHA-256', new Uint8Array(1))
  return { escaped: nativeStrangers(taken) }
}
