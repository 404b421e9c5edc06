// Replaces what numbers and their checks do: limits that are counted in here would count wrong.
// ends: ok tool-error deadline
import { nativeStrangers, spyOn } from '../kit.js'

export const main = async () => {
  const use = async () => {
    setTimeout(() => {}, 1)
    await sallyport.fs.stat({ path: '/ok' })
    new Uint8Array(4).at(-1)
    console.log(1.5, 10n)
    return structuredClone([1, 2n])
  }
  const taken = [
    ...(await spyOn(
      Number,
      ['isSafeInteger', 'isInteger', 'isFinite', 'isNaN', 'parseFloat', 'parseInt'],
      use,
    )),
    ...(await spyOn(Number.prototype, ['toString', 'valueOf'], use)),
    ...(await spyOn(Math, ['min', 'max', 'floor', 'trunc', 'abs'], use)),
    ...(await spyOn(BigInt.prototype, ['toString', 'valueOf'], use)),
  ]
  Math.min = () => Number.POSITIVE_INFINITY
  Math.max = () => Number.NaN
  Number.isFinite = () => true
  await use().catch(() => {})
  return { escaped: nativeStrangers(taken) }
}
