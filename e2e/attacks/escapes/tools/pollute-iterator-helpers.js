// Replaces the helpers of iterators and the newer makers of arrays and promises, and takes what is handed to them.
// ends: ok tool-error
import { nativeStrangers, spyOn } from '../kit.js'

export const main = async () => {
  const use = async () => {
    await sallyport.fs.stat({ path: '/ok' })
    await sallyport.fs.stat({ path: '/no' }).catch(() => {})
    new Headers([['a', 'b']]).forEach(() => {})
    structuredClone([new Map([[1, 2]])])
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const taken = []
  for (const [holder, names] of [
    [Iterator.prototype, ['map', 'filter', 'toArray', 'forEach', 'flatMap', 'take', 'drop', 'reduce']],
    [Array, ['fromAsync', 'from', 'of']],
    [Promise, ['try', 'withResolvers', 'allSettled']],
    [Object, ['groupBy', 'fromEntries', 'entries']],
    [Array.prototype, ['toSorted', 'toSpliced', 'with', 'findLast', 'flat']],
    [Set.prototype, ['union', 'difference', 'isSubsetOf']],
  ])
    taken.push(
      ...(await spyOn(
        holder,
        names.filter((name) => typeof holder?.[name] === 'function'),
        use,
      )),
    )
  return { escaped: nativeStrangers(taken) }
}
