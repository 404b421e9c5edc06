// The input came from outside.
// ends: ok
import { climb } from '../kit.js'

export const main = async (input) => ({
  escaped: [...climb(input), ...(Object.getPrototypeOf(input) === Object.prototype ? [] : ['another realm'])],
})
