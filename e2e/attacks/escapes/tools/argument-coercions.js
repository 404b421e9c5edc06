// Values that turn into something else when they are used.
// ends: ok
export const main = async () => {
  const taken = []
  const thing = {
    [Symbol.toPrimitive](hint) {
      taken.push(hint)
      return hint === 'number' ? 1 : 'x'
    },
    valueOf: () => 1,
    toString: () => 'x',
  }
  for (const use of [
    () => setTimeout(() => {}, thing),
    () => new URL(thing),
    () => btoa(thing),
    () => new TextDecoder(thing),
    () => new Headers([[thing, thing]]),
    () => crypto.subtle.digest(thing, new Uint8Array(1)),
    () => clearTimeout(thing),
    () => console.log(thing),
    () => new Response('', { status: thing }),
  ])
    try {
      await use()
    } catch {}
  return { escaped: [] }
}
