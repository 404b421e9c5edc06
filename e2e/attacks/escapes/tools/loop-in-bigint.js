// Squares a number until it takes minutes.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  let n = 3n ** 100000n
  for (;;) n *= n
}
