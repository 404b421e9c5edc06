// Prints a number of a million digits, again and again.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  const n = 7n ** 1000000n
  for (;;) String(n)
}
