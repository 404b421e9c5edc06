// Iterator helpers upon iterator helpers, each laid out whole.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000 }
export const main = async () => {
  function* without() {
    for (let n = 0; ; n++) yield { n }
  }
  let iterator = without()
  for (let n = 0; n < 2_000; n++) iterator = iterator.map((value) => [value])
  return iterator.flatMap((value) => [value, value, [value]]).toArray()
}
