// A promise that nobody settles.
// ends: deadline
export const main = async () => {
  await new Promise(() => {})
}
