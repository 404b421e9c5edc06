// Captures stacks onto objects with setters and proxies.
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  const taken = []
  const trap = new Proxy(
    {},
    {
      defineProperty: (_, key, descriptor) => {
        taken.push(descriptor.value, descriptor.get, descriptor.set)
        return true
      },
      set: (_, __, value) => {
        taken.push(value)
        return true
      },
    },
  )
  try {
    Error.captureStackTrace(trap, sallyport.fs.readFile)
  } catch {}
  try {
    Error.captureStackTrace(globalThis)
  } catch {}
  return { escaped: taken.flatMap((value) => climb(value)) }
}
