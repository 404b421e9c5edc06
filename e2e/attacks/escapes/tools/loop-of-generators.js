// An endless iterator, collected.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  const numbers = (function* () {
    for (;;) yield 1
  })()
  for (const _ of numbers);
}
