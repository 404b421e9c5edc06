// Texts compared as a language orders them, and lists searched for what is not there.
// ends: deadline out-of-memory
export const main = async () => {
  const one = 'ä\u0301'.repeat(1 << 18)
  const list = new Array(1 << 20).fill(one)
  for (;;) {
    one.localeCompare(`${one}x`, 'de', { sensitivity: 'base' })
    list.includes(`${one}y`)
  }
}
