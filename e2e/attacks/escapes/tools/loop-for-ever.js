// The plain loop.
// ends: deadline out-of-memory
export const main = async () => {
  for (;;);
}
