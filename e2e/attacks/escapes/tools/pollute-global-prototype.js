// Puts a proxy below the global object and listens to every lookup.
// ends: ok tool-error
import { climb } from '../kit.js'

export const main = async () => {
  const taken = []
  const trap = new Proxy(
    {},
    {
      get: (_, key, receiver) => {
        taken.push(receiver)
        return undefined
      },
      has: (_, key) => {
        taken.push(key)
        return false
      },
    },
  )
  try {
    Object.setPrototypeOf(globalThis, trap)
  } catch {}
  try {
    Object.setPrototypeOf(Object.prototype, trap)
  } catch {}
  await sallyport.fs.stat({ path: '/ok' })
  return { escaped: taken.filter((value) => value !== globalThis).flatMap((value) => climb(value, 2)) }
}
