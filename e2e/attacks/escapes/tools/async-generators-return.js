// Return and throw tricks of generators around a request.
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  const taken = []
  async function* walk() {
    try {
      yield await sallyport.fs.stat({ path: '/ok' })
    } finally {
      yield {
        then(resolve) {
          taken.push(this, resolve)
          resolve(1)
        },
      }
    }
  }
  const walker = walk()
  taken.push(
    await walker.next(),
    await walker.return({
      then(resolve) {
        taken.push(resolve)
        resolve(2)
      },
    }),
    await walker.throw(new Error('x')).catch((error) => error),
  )
  return { escaped: taken.flatMap((value) => climb(value, 2)) }
}
