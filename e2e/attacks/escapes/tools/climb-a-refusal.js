// The error of a refused request came from outside: its prototypes are climbed.
// ends: ok
import { climb, rejectedBy } from '../kit.js'

export const main = async () => {
  const error = await rejectedBy(() => sallyport.fs.readFile({ path: '/etc/shadow' }))
  return { escaped: [...climb(error), ...(error instanceof Error ? [] : ['an error of another realm'])] }
}
