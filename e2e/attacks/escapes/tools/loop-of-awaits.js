// Awaits nothing, for ever.
// ends: deadline
export const main = async () => {
  for (;;) await 0
}
