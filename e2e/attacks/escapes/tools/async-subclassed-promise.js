// Promises of its own kind handed to everything that awaits.
// ends: ok
import { nativeStrangers } from '../kit.js'

export const main = async () => {
  const taken = []
  class Mine extends Promise {
    then(resolve, reject) {
      taken.push(resolve, reject)
      return super.then(resolve, reject)
    }
  }
  await Mine.resolve(1)
  await Promise.all([Mine.resolve(1), sallyport.fs.stat({ path: '/ok' })])
  queueMicrotask(() => Mine.resolve())
  return Mine.resolve({ escaped: nativeStrangers(taken) })
}
