// Awaits nothing, for ever.
// ends: deadline out-of-memory
export const main = async () => {
  for (;;) await 0
}
