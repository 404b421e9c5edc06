// Throws an error whose every member is a trap.
// ends: tool-error
export const main = async () => {
  throw new Proxy(new Error('x'), {
    get() {
      throw new Error('trap')
    },
    has() {
      throw new Error('trap')
    },
    getPrototypeOf() {
      throw new Error('trap')
    },
  })
}
