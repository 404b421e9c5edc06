// A thenable that keeps the functions by which it is settled, and uses them twice.
// ends: ok
import { nativeStrangers } from '../kit.js'

export const main = async () => {
  const taken = []
  const value = await {
    then(resolve, reject) {
      taken.push(resolve, reject)
      resolve({ first: 1 })
      resolve({ second: 2 })
      reject(new Error('late'))
    },
  }
  for (const fn of taken)
    try {
      fn.constructor('return process')()
      return { escaped: ['process'] }
    } catch {}
  return { escaped: value.first === 1 ? nativeStrangers(taken) : ['the second answer counted'] }
}
