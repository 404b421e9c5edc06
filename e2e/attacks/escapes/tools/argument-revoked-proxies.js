// Arguments that vanish while they are being read.
// ends: ok tool-error
export const main = async () => {
  for (let at = 0; at < 12; at++) {
    let reads = 0
    const { proxy, revoke } = Proxy.revocable(
      { path: '/ok', list: [1, 2, 3], deep: { a: 1 } },
      {
        get(target, key) {
          if (reads++ === at) revoke()
          return target[key]
        },
        ownKeys(target) {
          if (reads++ === at) revoke()
          return Reflect.ownKeys(target)
        },
      },
    )
    await Promise.try(() => sallyport.fs.stat(proxy)).catch(() => {})
    await Promise.try(() => fetch('https://a.example/', proxy)).catch(() => {})
    try {
      console.log(proxy)
    } catch {}
    try {
      structuredClone(proxy)
    } catch {}
  }
  return { escaped: [] }
}
