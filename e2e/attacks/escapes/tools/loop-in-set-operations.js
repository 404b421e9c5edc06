// Native set operations over something that only says that it is a set, and never ends.
// ends: deadline out-of-memory
export const main = async () => {
  const endless = {
    size: Infinity,
    has: () => true,
    keys: () => ({ next: () => ({ done: false, value: 1 }) }),
  }
  return new Set([1, 2]).union(endless).size
}
