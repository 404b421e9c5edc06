// Async functions and generators have constructors of their own.
// ends: ok
import { hostNamesOf } from '../kit.js'

export const main = async () => {
  const kinds = [
    () => {},
    async () => {},
    function* () {},
    async function* () {},
    class {},
    Map.prototype.get,
    sallyport.fs.readFile,
  ]
  return {
    escaped: kinds.flatMap((kind) => {
      try {
        return hostNamesOf(kind.constructor('return globalThis')())
      } catch {
        return []
      }
    }),
  }
}
