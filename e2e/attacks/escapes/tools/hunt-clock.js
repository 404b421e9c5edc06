// A fine clock would time the host.
// ends: ok
export const main = async () => {
  const seen = new Set()
  for (let i = 0; i < 2000; i++) seen.add(performance.now() % 1)
  return { escaped: seen.size > 1 ? ['a clock finer than a millisecond'] : [] }
}
