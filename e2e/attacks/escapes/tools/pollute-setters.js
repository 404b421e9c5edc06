// Setters on prototypes catch what is stored in passing.
// ends: ok
import { nativeStrangers } from '../kit.js'

export const main = async () => {
  const taken = []
  for (let i = 0; i < 64; i++)
    Object.defineProperty(Object.prototype, i, {
      configurable: true,
      set(value) {
        taken.push(value)
      },
      get() {
        return undefined
      },
    })
  for (const name of ['resolve', 'reject', 'operation', 'text', 'fn', 'due'])
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      set(value) {
        taken.push(value)
      },
    })
  await sallyport.fs.stat({ path: '/ok' }).catch(() => {})
  return { escaped: nativeStrangers(taken) }
}
