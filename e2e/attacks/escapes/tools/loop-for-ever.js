// The plain loop.
// ends: deadline
export const main = async () => {
  for (;;);
}
