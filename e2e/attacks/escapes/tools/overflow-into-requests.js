// The same with requests, and then asks properly.
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  const taken = []
  const dive = () => {
    try {
      dive()
    } catch {
      try {
        sallyport.fs.stat({ path: '/ok' }).catch((error) => taken.push(error))
      } catch (error) {
        taken.push(error)
      }
    }
  }
  try {
    dive()
  } catch {}
  await sallyport.fs.stat({ path: '/ok' }).catch((error) => taken.push(error))
  return { escaped: taken.slice(0, 50).flatMap((error) => climb(error, 2)) }
}
