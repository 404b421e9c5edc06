// Throws an error with as long a message and stack as a string can be.
// ends: tool-error out-of-memory deadline
export const main = async () => {
  const error = new Error('x'.repeat(2 ** 28))
  error.stack = 'y'.repeat(2 ** 28)
  throw error
}
