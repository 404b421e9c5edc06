/**
 * How often tests try what has no end: properties, mutations, kills. `SALLYPORT_DEEP=50` tries fifty times as often
 * (`npm run test:deep`: twenty times) and takes the time that it takes.
 */
const deep = Number(process.env.SALLYPORT_DEEP || 1)
if (!(deep > 0)) throw new Error('SALLYPORT_DEEP is how many times as many tries: a number above 0')

export const isDeep = deep > 1
export const times = (count: number) => Math.ceil(count * deep)
/** A limit in milliseconds that grows with the tries. */
export const limit = (ms: number) => ms * Math.max(1, deep)
