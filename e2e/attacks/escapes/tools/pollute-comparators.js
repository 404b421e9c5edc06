// Sorts with a comparator that changes the list, throws, and asks again, while requests are open.
// ends: ok tool-error
export const main = async () => {
  const list = Array.from({ length: 2_000 }, (_, at) => ({ at }))
  const open = []
  try {
    list.sort((a, b) => {
      list.length = 0
      if (open.length < 8) open.push(sallyport.fs.stat({ path: '/ok' }))
      Array.prototype.sort.call([b, a], () => 0)
      return a.at > b.at ? NaN : Infinity
    })
  } catch {}
  await Promise.allSettled(open)
  return { escaped: [] }
}
