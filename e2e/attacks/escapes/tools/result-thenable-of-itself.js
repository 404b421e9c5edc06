// A thenable that resolves with itself, for ever.
// ends: deadline
export const main = async () => {
  return {
    then(resolve) {
      resolve(this)
    },
  }
}
