// Climbs from everything in sight to the constructor of functions.
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  return {
    escaped: [
      ...climb(sallyport),
      ...climb(globalThis),
      ...climb(console),
      ...climb(crypto),
      ...climb(fetch),
    ],
  }
}
