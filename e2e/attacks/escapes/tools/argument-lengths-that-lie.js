// Lists that say they hold four billion things, or change what they say.
// ends: ok tool-error deadline out-of-memory
// limits: { "wallMs": 4000 }
export const main = async () => {
  const sparse = []
  sparse.length = 2 ** 32 - 1
  const arrayLike = { length: 2 ** 53 - 1, 0: 'x' }
  let told = 0
  const changing = new Proxy([1, 2, 3], {
    get: (list, key) => (key === 'length' ? (told++ % 2 === 0 ? 3 : 2 ** 32 - 1) : Reflect.get(list, key)),
  })
  for (const value of [arrayLike, changing, sparse])
    for (const use of [
      () => sallyport.fs.trash({ paths: value }),
      () => sallyport.fs.stat({ path: '/ok', extra: value }),
      () => new Headers(value),
      () => new URLSearchParams(value),
      () => new Uint8Array(value),
      () => console.log(value),
      () => structuredClone(value),
    ])
      await Promise.try(use).catch(() => {})
  return { escaped: [] }
}
