// Results that no JSON can say: circles, big numbers, and a toJSON that asks for more while it is read.
// ends: ok tool-error
export const main = async () => {
  const circle = { escaped: [] }
  circle.self = circle
  const big = { escaped: [], n: 2n ** 4096n }
  for (const value of [circle, big]) await sallyport.fs.stat({ path: '/ok', value }).catch(() => {})
  return {
    escaped: [],
    get late() {
      void sallyport.fs.stat({ path: '/ok' }).catch(() => {})
      return { toJSON: () => ({ toJSON: () => circle }) }
    },
  }
}
