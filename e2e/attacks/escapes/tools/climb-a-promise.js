// A request gives back a promise: is it ours?
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  const promise = sallyport.fs.stat({ path: '/ok' })
  const escaped = [...climb(promise), ...(promise instanceof Promise ? [] : ['a promise of another realm'])]
  await promise
  return { escaped }
}
