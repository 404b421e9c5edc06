// Waits for thenables that are always there at once: nothing else has its turn.
// ends: deadline
export const main = async () => {
  const endless = {
    [Symbol.asyncIterator]: () => ({
      next: () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is the attack
        then: (resolve) => resolve({ done: false, value: 1 }),
      }),
    }),
  }
  for await (const _ of endless);
}
