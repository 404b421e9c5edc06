// Function constructors of async kind give back promises and iterators: what they yield is looked at.
// ends: ok
import { hostNamesOf } from '../kit.js'

export const main = async () => {
  const made = await (async () => {}).constructor('return globalThis')()
  const [first] = [...function* () {}.constructor('yield globalThis')()]
  return { escaped: [...hostNamesOf(made), ...hostNamesOf(first)] }
}
