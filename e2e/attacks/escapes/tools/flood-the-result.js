// A result of half a gigabyte.
// ends: too-large out-of-memory tool-error
// limits: { "wallMs": 4000, "memoryMb": 256 }
export const main = async () => {
  return 'x'.repeat(2 ** 29 - 30)
}
