// Replaces the constructor that `await` asks a promise for.
// ends: ok tool-error
import { nativeStrangers } from '../kit.js'

export const main = async () => {
  const taken = []
  Object.defineProperty(Promise.prototype, 'constructor', {
    configurable: true,
    get() {
      taken.push(this)
      return (run) => {
        run(
          (value) => taken.push(value),
          (value) => taken.push(value),
        )
      }
    },
  })
  await sallyport.fs.stat({ path: '/ok' })
  return { escaped: nativeStrangers(taken) }
}
