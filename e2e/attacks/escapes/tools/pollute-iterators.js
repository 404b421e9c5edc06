// Replaces the iteration of arrays, by which lists are walked.
// ends: ok tool-error
import { nativeStrangers } from '../kit.js'

export const main = async () => {
  const taken = []
  const original = Array.prototype[Symbol.iterator]
  Array.prototype[Symbol.iterator] = function* () {
    for (let i = 0; i < this.length; i++) {
      taken.push(this[i])
      yield this[i]
    }
  }
  await sallyport.fs.stat({ path: '/ok' })
  await new Promise((resolve) => setTimeout(resolve, 1))
  Array.prototype[Symbol.iterator] = original
  return { escaped: nativeStrangers(taken) }
}
