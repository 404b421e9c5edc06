// A promise that always makes another.
// ends: deadline out-of-memory
export const main = async () => {
  const again = () => Promise.resolve().then(again)
  await again()
}
