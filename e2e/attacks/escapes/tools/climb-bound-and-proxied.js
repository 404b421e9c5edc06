// Binds and proxies what it is given, to see through to the functions beneath.
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  const taken = []
  const watch = (fn) =>
    new Proxy(fn, {
      apply: (target, self, args) => {
        taken.push(target, self, ...args)
        return Reflect.apply(target, self, args)
      },
    })
  await watch(sallyport.fs.stat)({ path: '/ok' })
  watch(sallyport.notify.bind({}))({ title: 'x' }).catch(() => {})
  return { escaped: taken.flatMap((value) => climb(value, 2)) }
}
