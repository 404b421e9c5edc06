// The value that answers a request came from outside.
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  const answer = await sallyport.fs.stat({ path: '/ok' })
  return {
    escaped: [
      ...climb(answer),
      ...(Object.getPrototypeOf(answer) === Object.prototype ? [] : ['another realm']),
    ],
  }
}
