// A native loop that no timeout of the engine interrupts.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  for (;;) new Array(2 ** 24).fill(0)
}
