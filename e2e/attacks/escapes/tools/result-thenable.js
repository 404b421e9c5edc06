// A thenable that never settles.
// ends: deadline
export const main = async () => {
  return { then() {} }
}
