/**
 * fast-check for all property tests. A normal run draws the same random numbers each time: whether `npm test` passes
 * depends on the code and on nothing else, so a red run always says something of the change at hand. New counterexamples
 * are what a deep run looks for, with numbers of its own; a failure names its seed, and `SALLYPORT_SEED=…` plays it again.
 */
import fc from 'fast-check'
import { isDeep, times } from './how-deep.ts'

const FIXED_SEED = 20_251_122
const wanted = process.env.SALLYPORT_SEED || (isDeep ? 'random' : FIXED_SEED)
const seed = wanted === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(wanted)
if (!Number.isSafeInteger(seed)) throw new Error('SALLYPORT_SEED is a whole number, or "random"')

/** For `fc.assert`: how often to try. Without it a hundred times. */
export const runs = (count: number) => ({ numRuns: times(count) })
fc.configureGlobal({ ...runs(100), seed })

export { fc }
