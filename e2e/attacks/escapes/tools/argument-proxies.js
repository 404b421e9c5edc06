// Proxies as arguments, with traps for everything.
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  const taken = []
  const handler = new Proxy(
    {},
    {
      get:
        (_, trap) =>
        (...args) => {
          taken.push(...args)
          return Reflect[trap](...args)
        },
    },
  )
  for (const target of [{ path: '/ok' }, [], () => {}])
    await sallyport.fs.stat(new Proxy(target, handler)).catch(() => {})
  return { escaped: taken.flatMap((value) => climb(value, 2)) }
}
