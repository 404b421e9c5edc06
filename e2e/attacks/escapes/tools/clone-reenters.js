// What is being cloned changes, empties and hands itself over meanwhile.
// ends: ok
// limits: { "wallMs": 20000, "cpuMs": 10000 }
import { climb } from '../kit.js'

export const main = async () => {
  const escaped = []
  const buffer = new ArrayBuffer(64)
  const view = new Uint8Array(buffer)
  const list = [1, 2, 3]
  const map = new Map([[1, list]])
  const shifting = {
    get a() {
      list.length = 0
      map.clear()
      return map
    },
    get b() {
      if (!buffer.detached) buffer.transfer()
      return view
    },
    get c() {
      return structuredClone(list)
    },
  }
  const tries = [
    () => structuredClone(shifting),
    () => structuredClone({ shifting, buffer }, { transfer: [buffer] }),
    () =>
      structuredClone(1, {
        transfer: {
          *[Symbol.iterator]() {
            for (let n = 0; n < 1e4; n++) yield new ArrayBuffer(8)
          },
        },
      }),
    () => structuredClone(view),
    () => structuredClone(Object.create(CryptoKey.prototype)),
    () => structuredClone(Object.freeze(Object.create(CryptoKey.prototype))),
    () => structuredClone(Object.setPrototypeOf(new Date(0), Map.prototype)),
    () => structuredClone(Object.setPrototypeOf(new Map(), Uint8Array.prototype)),
    () => structuredClone(new Proxy(new Error('x'), { get: () => sallyport })),
    () => structuredClone({ [Symbol.toStringTag]: 'Promise' }),
  ]
  for (const attempt of tries)
    try {
      escaped.push(...climb(attempt(), 2))
    } catch (error) {
      escaped.push(...climb(error, 2))
    }
  return { escaped }
}
