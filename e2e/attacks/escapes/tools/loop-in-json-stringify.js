// Prints 200,000 objects, again and again.
// ends: deadline out-of-memory
export const main = async () => {
  const list = Array.from({ length: 2e5 }, (_, i) => ({ i, text: 'x' }))
  for (;;) JSON.stringify(list)
}
