// A getter that answers otherwise at each look: the gate must see one value, once.
// ends: ok
export const main = async () => {
  let looks = 0
  await sallyport.fs
    .readFile({
      get path() {
        return ++looks === 1 ? '/ok' : '/etc/shadow'
      },
    })
    .catch(() => {})
  return { escaped: looks > 1 ? ['looked at ' + looks + ' times'] : [] }
}
