// A result whose members throw, or run away.
// ends: tool-error
export const main = async () => {
  return {
    get a() {
      throw new RangeError('not today')
    },
  }
}
