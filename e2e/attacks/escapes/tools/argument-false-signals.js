// Gives what is no signal, or not only one, where signals are taken.
// ends: ok
import { climb, thrownBy } from '../kit.js'

export const main = async () => {
  const controller = new AbortController()
  const thrown = [
    () => AbortSignal.any([new Proxy(controller.signal, {})]),
    () => AbortSignal.any([Object.create(AbortSignal.prototype)]),
    () => AbortSignal.any('ab'),
    () => new AbortSignal(),
    () => new AbortSignal(Symbol('only AbortController and the static functions make signals')),
    () => new Request('https://a.example/', { signal: { aborted: false, addEventListener() {} } }),
    () => AbortSignal.timeout({ valueOf: () => 1 }),
  ].map(thrownBy)
  const escaped = thrown.flatMap((error, at) => (error ? climb(error) : [`taken: ${at}`]))
  const own = AbortSignal.any({ [Symbol.iterator]: () => [controller.signal].values() })
  controller.abort(globalThis)
  if (!own.aborted || own.reason !== globalThis) escaped.push('an honest one was not told')
  return { escaped }
}
